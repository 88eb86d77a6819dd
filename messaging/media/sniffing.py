"""What a file is by its first bytes, whatever was claimed. Pure."""

from __future__ import annotations

_BLANK = b"\xef\xbb\xbf \t\r\n"
# What a file must begin with to be what it says. Anything else is kept from browsers as a plain download.
_SIGNATURES = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}


def sniff(content_type: str, content: bytes) -> str:
    """The content type to store: the claimed one when the bytes agree, otherwise a plain download."""
    claimed = content_type.split(";")[0].strip().lower()
    if content[:64].lstrip(_BLANK).upper().startswith(b"BEGIN:VCARD"):
        return "text/vcard"
    if claimed in _SIGNATURES:
        is_so = content.startswith(_SIGNATURES[claimed]) and (
            claimed != "image/webp" or content[8:12] == b"WEBP"
        )
        return claimed if is_so else "application/octet-stream"
    if claimed.startswith(("video/", "audio/")) or claimed in ("text/vcard", "application/pdf"):
        return claimed
    return "application/octet-stream"


def recording(claimed: str, content: bytes) -> str:
    """What a voicemail is to be played as: MP3 or WAV, by its bytes alone; empty when it is neither."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    # An ID3 tag, or the sync word of a frame of layer III.
    is_mp3 = content.startswith(b"ID3") or (content[:1] == b"\xff" and content[1:2] in _LAYER_III)
    return "audio/mpeg" if is_mp3 else ""


_LAYER_III = frozenset({b"\xe2", b"\xe3", b"\xf2", b"\xf3", b"\xfa", b"\xfb"})
