"""Endings of internet names, and where the registrable name begins; kept offline on purpose."""

from policy.detector.wordlist import words

# Endings that are no English words: after a name they can hardly be anything else.
PLAIN = words(
    "com net org edu gov mil biz io co uk ca au nz ie de fr es nl eu ch se dk fi pl pt br mx ar cl pe"
    " ru ua cz gr hu ro tr jp kr cn tw hk sg ph vn th za ng ke il ae sa pk bd lk ly gl gg fm cc ws vc"
    " xyz dev app llc inc ltd info mobi asia tel jobs coop museum aero post int arpa onion cafe vet vip"
    " wiki blog shop store online website tech digital agency email photos photography gallery studio"
    " services solutions consulting marketing management ventures holdings enterprises international"
    " directory contractors rentals properties estate reviews tips rocks ninja guru expert coach"
    " training academy education institute university school community social network chat link click"
    " page pages web site space cloud host hosting icu buzz pics ink bio me tv id in to us pet dog cat"
    " club life live love care family kids fun games party events today news media press zone center"
    " city country world global earth land house haus home garden farm green eco organic bar beer pizza"
    " coffee kitchen recipes diet fit fitness yoga run bike health healthcare clinic doctor dental"
    " hospital surgery work works team group company business support help guide how tools systems sale"
    " deals discount bargains cheap gift gifts cards cash money fund finance financial loans credit tax"
    " insure insurance bank pay now one best top cool plus pro red blue pink black gold direct express"
    " delivery fast zip mov new is it at be do so my no am as la li im st sh ai ac ag ms nu pw sx tk ml"
    " ga cf gq vg wtf lol fyi moe style fashion boutique beauty salon hair tattoo rest menu catering"
    " vegas nyc london paris berlin miami boston tokyo la quebec scot wales irish cat cymru eus gal app"
    " page foundation charity ngo church faith bible mom dad baby kid lady men singles dating rip gay"
    " lgbt army navy airforce rehab art band music film video tube theater show actor audio radio book"
    " author gd ci cd cg mu mw mz na rw sc sl sn td tg ug zm zw gi je gp gf re pm yt wf tf nf nr ki sb"
    " to vu aq bm ky fo by sk si hr rs bg lt lv ee is lu mt cy ba mk al md ge az kz uz ir iq jo kw qa om"
    " lb eg ma tn dz gh tz ug cr pa gt hn ni sv do cu pr tt jm bb bs bz gy uy py bo ec ve co nz fj ws tm"
)

# Endings that people also write by leaving out the space after a full stop: "she ate.no poop".
WORDY = words(
    "me tv id in to us pet dog cat club life live love care family kids fun games party events today"
    " news media press zone center city country world global earth land house home garden farm green eco"
    " organic bar beer pizza coffee kitchen recipes diet fit fitness yoga run bike health healthcare"
    " clinic doctor dental hospital surgery work works team group company business support help guide"
    " how tools systems sale deals discount bargains cheap gift gifts cards cash money fund finance"
    " financial loans credit tax insure insurance bank pay now one best top cool plus pro red blue pink"
    " black gold direct express delivery fast zip mov new is it at be do so my no am as la li im st sh"
    " ac ag ms hair tattoo rest menu catering church faith mom dad baby kid lady men singles dating gay"
    " army navy rehab art band music film video tube theater show actor audio radio book author by al ma"
    " si se de es pa bo ba page web site space social chat link click post email photos gallery"
    " school community training coach expert tips rocks reviews city store shop online style style"
    " fashion beauty salon cafe vet vip blog tech cloud host network studio website top post show link"
    " is im ok buzz pics ink bio rip lol fyi moe wtf direct info int tel ph pl th sa lt om re ee nu ms"
    " er jobs mobi dev app ch id ro om gg tr ae cc ve ke jo ge"
)

# Public suffixes of two labels, for the registrable name.
_SECOND = words("co com org net ac gov edu ltd plc me")

ALL = PLAIN | WORDY


def registrable(host: str) -> str:
    """The name somebody registered: "shop.example.co.uk" gives "example.co.uk"."""
    labels = host.strip(".").split(".")
    keep = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND else 2
    return ".".join(labels[-keep:])


# Endings of files, which are names of nothing on the internet here.
FILES = words(
    "jpg jpeg png gif heic heif webp bmp tif tiff raw mp3 mp4 m4a m4v mov avi mkv wav aac pdf doc docx"
    " xls xlsx csv txt rtf ppt pptx pages numbers key zip rar gz json xml html htm gpx kml ics vcf py js"
    " md psd svg"
)

# Mailbox providers, by which a bare name reads as an e-mail address.
PROVIDERS = words(
    "gmail googlemail yahoo ymail rocketmail hotmail outlook live msn icloud aol proton protonmail pm"
    " gmx zoho yandex fastmail comcast verizon sbcglobal att bellsouth cox hey tutanota mailru hushmail"
    " me mac qq 163 rediffmail earthlink charter juno optonline shaw rogers btinternet sky web"
)
# Providers whose names are no ordinary words.
SURE_PROVIDERS = PROVIDERS - words("live me mac sky web hey charter att cox pm outlook proton shaw")

# Where anybody can publish under somebody else's name: allowing the name does not allow these.
USER_CONTENT = words(
    "docs.google.com sites.google.com forms.google.com drive.google.com voice.google.com"
    " groups.google.com calendar.google.com meet.google.com chat.google.com photos.google.com"
    " share.google.com"
)
