"""French: what asks for no more texts, and what takes it back."""

from __future__ import annotations

from policy.detector.wordlist import words
from policy.revocation.language import Language
from policy.revocation.phrases import head, table, tail, vocabulary

_WORDS = vocabulary(
    {
        "texts": """messages, message, sms, textos, texto, messages texte, messages textes, notifications, rappels, alertes, pubs, pub,
            publicites, publicite, spam, spams, promotions, textes, texte, communications, offres, vos messages, vos sms""",
        "which": """de, des, d, les, vos, tes, ces, tous, toutes, plus, aucun, aucune, autres, avec, aux, vos, ce genre de,
            me, m, par, par des, en, moi, rien, svp, la""",
        "write": """ecri~, envo~, contact~, texter, textez, textes, texte, derang~, harcel~, embet~, importun~, sollicit~, recontact~,
            messag~, spamm~, relanc~, ennuy~, mecri~, menvo~, adress~""",
        "stop": """darreter, de cesser, arretiez, cessiez, arretes, cesses, arrete, arretez, arreter, cesse, cessez, cesser,
            stoppez, stoppe, stopper, stop""",
        "out": """retirez, retire, retirer, enlevez, enleve, enlever, supprimez, supprime, supprimer, effacez, efface,
            effacer, rayez, raye, rayer,
            otez, ote, oter, sortez, sors, desinscrivez, virez, oubliez, oublie, perdez, perds, radiez""",
        "list": """liste, listes, contacts, fichier, fichiers, base, base de donnees, repertoire, registre, envois, messages,
            groupe, systeme, diffusion, conversation""",
        "data": "numero, numero de telefone, numero de telephone, coordonnees, donnees, nom, contact, telephone, numero de portable, infos",
    }
)  # fmt: skip

FRENCH = Language(
    code="fr",
    hints=table(
        """
        messag~|sms|texto~|text~|ecri~|necri~|mecri~|envo~|nenvo~|menvo~|contact~|ncontact~|recontact~|derang~|arret~|darret~|
            larret|cess~|stop~
        desabonn~|desinscri~|liste|numero|tranquille~|paix|consentement|accord|rappels|pubs|notifications|lach~|suffit|contacte~|
            moppose|spam
        retir~|enlev~|menlev~|supprim~|effac~|personne|chien|signal~|bloqu~
        """,
        _WORDS,
    ),
    requests=table(
        """
        <stop> svp|sil|vous|plait|tout|de|suite|donc|un|peu* de? m|me|nous|ces|vos|tes? <write>
        <stop> de|avec? <which>* <texts>
        <stop> aux|les|ces|vos|a|au <texts>
        desabonn~
        desinscri~
        <out> moi|nous de|des $|vos|votre|la|ta|cette|tes|ces|toutes? <list>
        <out> moi|nous $|svp|sil|merci|de
        <out> mon|ce|notre|mes|nos|le <data> !de !du
        <out> mon|ce|notre|mes|nos|le <data> de|des|du votre|vos|la|ta|tes|cette|ces? <list>
        me|nous|m retirer|enlever|supprimer|rayer|effacer|sortir de|des votre|vos|la|cette? <list>
        etre retire|retiree|enleve|enlevee|supprime|supprimee|desabonne|desabonnee|raye
        laissez|laisse|laissez|laiss~ moi|nous tranquille|tranquilles|en
        fichez|foutez|fous|fiche|lachez|lache moi|nous la|tranquille|les|avec
        retire|retirons|revoque|annule mon|notre|tout consentement|accord|autorisation
        annul~|desactiv~|coupez|stopp~ les|ces|vos|mes|tous|l|des* <texts>|abonnement
        fin|larret|arret des|aux|de <texts>
        moppose|oppose a|au .. <texts>
        menlever|meffacer|moter|mretirer|menleve~ de|des
        ca suffit avec? <which>* <texts>
        """,
        _WORDS,
    ),
    refusals=table(
        """
        ne|n me|nous|m? <write> <which>* plus|jamais|rien !de !que !la !le !tard
        ne|n me|nous|m <write> plus|jamais de|d|rien <texts>|rien|$
        ne|n plus|jamais me|nous|m? <write>
        necri~|nenvo~|mecri~|menvo~|ncontact~ plus|jamais <which>* <texts>|$|a
        me|m|mecri~|menvo~ <write>? plus $|<texts>|de|svp|sil|merci|rien
        ne|pas <write> plus <texts>? a|sur ce|mon numero|portable|telephone
        ne|n? veux|veut|souhaite|souhaitons|voulons|desire|desirons|souhaiterais|voudrais|aimerais|accepte|veu plus|pas|aucun|
            jamais etre|recevoir|de|d|vos|tes|ces|que|vous|m|me|avoir|continuer|a|par|les|aucun|entendre* <texts>|<write>|contacte|
            contactee|derange|sollicite
        plus|pas|assez|aucun|ras de|d|marre|le|bol|autres|autre* <texts> $|svp|sil|merci|et|non|s
        ne veux|veut|souhaite plus rien recevoir
        marre|assez de vos|ces|tes|recevoir <texts>
        jamais|pas donne|autorise|demande|consenti|inscrit|inscrite|abonne mon|a|de|vous|a|ces|recevoir|accord* <texts>|accord|
            numero|consentement
        pas le droit|consentement|autorisation de m|me? <write>
        """,
        _WORDS,
    ),
    forbidding=table("", _WORDS),
    statements=table(
        """
        mauvais|faux numero !de !sur !a
        pas|nest le|du bon numero !de
        mauvaise|pas la bonne personne
        trompez|trompe|trompes de numero|personne
        erreur|tromper de|sur numero|personne
        pas|plus le|mon numero|portable|telephone de|d
        ce numero nest|n plus|pas
        numero nappartient|nest plus|pas
        ne veux|veut|souhaite|voulons|souhaitons recevoir aucun <texts>
        ne plus|pas recevoir|avoir <which>* <texts>
        ne plus etre contacte|contactee|derange|derangee|sollicite|sollicitee|sur|dans
        refuse|refusons de recevoir|davoir|que <which>* <texts>|vous
        je nai pas|jamais|aucun de? chien|chat|danimal|animaux
        cest du|un|de spam|harcelement|pub
        signal~|bloqu~ ce|votre|comme numero|spam
        """,
        _WORDS,
    ),
    before_request=tail(
        """
        n|ne|pas|jamais|surtout|nen me|m|nous|dois|va|veux|peux|pas|arretez*
        avez|as|a|ont vous|tu|il|elle?
        pourquoi|quand|si ..
        avez|a|ont|as|mavez|ma dit|demande de|a
        lui|leur
        """,
        _WORDS,
    ),
    before_forbidding=tail("", _WORDS),
    before_refusal=tail(
        """
        pourquoi|si|quand vous|tu|il?
        envoyez|envoie|envoies|recu|recois|voudrais|veux moi|nous?
        il|elle|on
        """,
        _WORDS,
    ),
    before_statement=tail(
        """
        est ce un|le?
        me|m suis|ai
        jai|ai|suis|donne|mis|compose le|un?
        """,
        _WORDS,
    ),
    after=head(
        """
        .. si|trop|aussi tard|tot|souvent
        .. apres !cela ~
        .. avant ~h?
        .. la nuit|matin|soir
        .. le matin|soir|dimanche|samedi|weekend|week
        dattente
        .. pendant|quand|jusqu~|sauf
        .. aujourdhui|demain|ce soir
        """,
        _WORDS,
    ),
    anywhere=table(
        """
        cetait pour ma|mon|une
        me suis trompe|trompee
        jadore
        """,
        _WORDS,
    ),
    alone=table(
        """
        arret|arreter|arretez|stop|desinscription|desabonnement
        lachez|lache moi|nous
        """,
        _WORDS,
    ),
    demands=table("ca suffit", _WORDS),
    courtesies=words(
        "svp sil vous plait te merci , de tout suite maintenant les messages sms textos ca immediatement demande bonjour"
    ),
    please=words("svp plait merci"),
    elsewhere=words("il elle le la chien chat laisse promenade porte photo photos manger aboyer"),
    beside=words("messages message sms textos numero liste contact client veux spam plus"),
)
