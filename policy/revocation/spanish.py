"""Spanish: what asks for no more texts, and what takes it back."""

from __future__ import annotations

from policy.detector.wordlist import words
from policy.revocation.language import Language
from policy.revocation.phrases import head, table, tail, vocabulary

_WORDS = vocabulary(
    {
        "texts": """mensajes, mensaje, mensajitos, textos, texto, sms, mensajes de texto, mensaje de texto, notificaciones, recordatorios,
            avisos, alertas, promociones, publicidad, spam, propaganda, ofertas, messages, texts""",
        "more": """mas, nunca, jamas, nada, de nuevo, otra vez, nuevamente, ningun, ninguna, los, las, sus, tus, estos, esos,
            mas de, de, tantos, recibir, por favor""",
        "me": "me, nos, a este numero, a mi numero, a mi telefono, a mi celular, aqui",
        "write": """escrib~, mand~, envi~, contact~, text~, mensaje~, molest~, mensajeen, hable, hablen, hables, busquen,
            busques, acos~, fastidi~, comuniqu~, marquen, llamen ni escriban, escribas""",
        "writing": """escribir~, mandar~, enviar~, contactar~, textear~, mensajear~, molestar~, acosar~, fastidiar~,
            chingar~, joder~, estar escribiendo~, estar mandando~, hacer spam""",
        "leave": "deja, deje, dejen, dejad, dejame, dejenme, para, pare, paren, parenle, parale, cesen, cese, basta, basta ya, alto",
        "out": """quiten~, quite~, quita~, saquen~, saque~, saca~, borren~, borre~, borra~, eliminen~, elimine~,
            elimina~, remuevan~, remueva~, retiren~, retire~, quitar~, sacar~, borrar~, eliminar~, remover~, suprim~""",
        "outme": """quitenme, quiteme, quitame, saquenme, saqueme, sacame, borrenme, borreme, borrame, eliminenme, elimineme, eliminame,
            remuevanme, remuevame, retirenme, retireme, quitarme, sacarme, borrarme, eliminarme, quitennos, saquennos, borrennos""",
        "list": "lista, listas, grupo, sistema, base de datos, contactos, registro, registros, agenda, telefono, chat, mensajes",
        "data": "numero, numero de telefono, telefono, celular, contacto, datos, informacion, nombre",
    }
)  # fmt: skip

SPANISH = Language(
    code="es",
    hints=table(
        """
        mensaj~|text~|recibir|sms|escrib~|mand~|envi~|contact~|molest~|baja|lista|numero|telefono|celular|
            equivoc~|paz|basta|alto
        par~|dej~|cese~|cancel~|anul~|desuscri~|suscri~|quit~|sac~|saque~|borr~|elimin~|retir~|remov~|remuev~|consent~|permiso|autoriz~|spam
        recordatorios|notificaciones|salir~|contesten|vive|hay|perro~|conozco|denunci~|bloque~|agradec~|stop
        """,
        _WORDS,
    ),
    requests=table(
        """
        <leave> ya? de|con? <writing>
        stop <texts>
        puede|pueden|podria|podrian|pudieran|puedes|podrias|favor|quiero|necesito|que dejar|parar|evitar|dejaran|paren|dejen de|
            que? <writing>
        quitar|sacar|borrar|eliminar|remover de la|su|esta|tu|sus lista|listas|base|grupo|contactos
        quitarnos|quitarme|sacarme|borrarme $|de|por
        <leave> de estar ~ con|los|mas <texts>|sus|tantos
        <leave> de estar chingando|molestando|jodiendo|fastidiando
        <leave> ya? los|sus|tus|estos|de|con|a* <texts>
        <leave> ya? de|con los|sus|tantos|estos|tus? <texts>
        <leave> con|de sus|los|tus|estos <texts>
        quiero|quisiera|queremos|deseo|como|puedo dejar|parar|cancelar|detener .. recibir|<texts>
        dejar de recibir .. <texts>
        dar|darme|darnos|dame|deme|denme|danos|dennos|doy|dese|darse|dar me? de baja
        baja $
        quiero|solicito|pido|deseo la|mi|una baja
        salir|salirme|salirnos de <list>
        salir|salirme|salirnos de la|su|esta|este|los|tu|el <list>
        estar|seguir|aparecer|estoy en la|su|esta|tu lista|grupo
        me|nos quiten|saquen|borren|eliminen|quite|saque|borre|elimine de la|su|esta|tu|sus? <list>
        <outme> de ahi|aqui|todo|eso
        <outme> $|ya|por|gracias|favor
        <outme> de su|la|tu|sus|esta|esa|este|ese|el|los|todo|todas|tus|toda? <list>
        <out> mi|este|nuestro|el|mis|nuestros <data> !de
        <out> mi|este|nuestro|mis <data> de ahi|aqui|todo
        <out> mi|este|nuestro|el|mis|nuestros <data> de su|la|tu|sus|esta|esa|este|ese|el|los|tus? <list>
        cancel~|anul~|deteng~|paren|suspend~|desactiv~|apag~|quit~ los|las|mis|estos|sus|todos|todas|de* <texts>
        cancel~|anul~ mi|la|esta? suscripcion
        desuscri~|desinscri~
        basta|suficiente ya? $|de|con|, no? me? <texts>|<write>
        dejenme|dejeme|dejame|dejennos|dejenos en paz
        olvid~|pierd~ mi|este numero
        retiro|revoco|cancelo|quito mi|el|todo consentimiento|permiso|autorizacion
        pongan~|pon~ mi? numero? en .. lista .. no llamar|contactar|molestar
        """,
        _WORDS,
    ),
    refusals=table(
        """
        no me|nos vuelva|vuelvan|vuelvas|siga|sigan|sigas? a? <write> $|mas|ya|nunca|nada|por|de|otra|nuevamente|gracias|jamas|
            este|mi|tantos|ningun|<texts>|aqui|con
        no <write> mas? <texts> !a
        no molest~|contesten
        no me llam~ ni me? <write>
        no me|nos este~|ande~|sigan|siga escribiendo|mandando|enviando|molestando|texteando|contactando
        no vuelva|vuelvan|vuelvas a <writing>
        no vuelva|vuelvan|vuelvas a <write>
        no siga|sigan|sigas <write>|<writing>
        no <write> <more>* <texts>? a este|mi numero|celular|telefono
        no <write> mas $|<texts>|por
        no quiero|quisiera|deseo|queremos|deseamos|necesito|necesitamos|acepto|pedi|solicite|gusta|gustan ya|que|me|nos|seguir|
            volver|a|recibir|mas|los|sus|tus|estos|esos|ningun|tener|ver|de|nada* <texts>
        no quiero|quisiera|deseo|queremos que me|nos <write>|sigan|vuelvan
        no quiero|deseo|queremos .. saber .. de ustedes
        no les|te|le|se|me? autorizo|autorice|di|he|doy|tienen|consiento|acepto .. <write>|<writing>|<texts>
        no quiero|deseo|quisiera|queremos .. estar|seguir|aparecer|salir en la|su|esta|tu lista|grupo
        no quiero|deseo|queremos .. nada de ustedes|usted|su|esta
        no tienen|tiene|doy|di|tienes .. permiso|consentimiento|autorizacion
        no|ni mas|un|otro|tantos mas? <texts>
        ya no <texts>
        hart~|cansad~|aburrid~|cansados de|con sus|los|tus|tantos|estos|recibir* <texts>
        no me|nos interesa $ , no
        no les|te|le? di|doy|tienen permiso|autorizacion|consentimiento de|para
        no me suscribi|inscribi|registre|apunte
        nunca|yo me|les|di suscribi|inscribi|registre|apunte|pedi .. <texts>|esto|numero
        """,
        _WORDS,
    ),
    forbidding=table("", _WORDS),
    statements=table(
        """
        tiene|tienen|tienes el|un numero equivocado
        aqui|ahi no hay perro~|mascota~|gato~|nadie
        no tengo|tenemos|tuve perro|perros|mascota|mascotas|gato $|dejen|no|quit~|por|y
        numero equivocado|incorrecto|erroneo !de !en
        persona equivocada
        ~ ya? no tiene|usa este|ese numero|telefono|celular
        aqui no vive|hay|existe|conocemos ningun|ninguna|nadie
        no conozco|conocemos a? ningun|ninguna|ese|esa|nadie
        equivoc~ de persona|numero|telefono
        equivocad~ de numero|persona|telefono
        se|te equivoc~ de numero|persona
        se|te equivocaron|equivocaste|equivoco $ , este|esta|no
        ese|este|esto no es mi numero|telefono
        este|esta|ese no es|era el|la|mi? numero|telefono|celular de
        este|el|ese numero|telefono|celular ya? no es|pertenece de|a
        no soy .. persona|laura|cliente $|,
        no conozco a nadie
        esto es spam|acoso
        los|voy|a|les* denunci~|reportarlos|reporto|bloque~
        """,
        _WORDS,
    ),
    before_request=tail(
        """
        no|nunca|jamas me|nos|te|le|les|quiero|que|puede|puedo|se*
        si me|te|nos|no?
        por que|cuando me|ya|has|han?
        le|les|lo dije|pedi|digo que?
        ella|el|ellos quiere|dice|dijo que?
        """,
        _WORDS,
    ),
    before_forbidding=tail("", _WORDS),
    before_refusal=tail(
        """
        por que|cuando
        si|porque|aunque ya?
        el|ella|ellos|perro
        """,
        _WORDS,
    ),
    before_statement=tail(
        """
        es este|el?
        me
        di|puse|escribi|tengo|anote el|un|al|mal?
        """,
        _WORDS,
    ),
    after=head(
        """
        .. tan|muy tarde|temprano|seguido
        .. despues|antes de|que|las
        .. hasta|mientras|durante|cuando|salvo|excepto
        .. en|por|de la noche|madrugada|manana|tarde
        .. los domingos|sabados|fines|lunes
        .. hoy
        de voz
        a mi|el|la|los !numero !celular !telefono
        """,
        _WORDS,
    ),
    anywhere=table(
        """
        era|es para mi|otra
        perdon|disculpa , me equivoque
        me equivoque
        """,
        _WORDS,
    ),
    alone=table(
        """
        parar|paren|pare|basta|alto|baja
        no molest~
        <outme>
        """,
        _WORDS,
    ),
    demands=table("no mas", _WORDS),
    courtesies=words(
        "por favor ya gracias , porfa los las de todo todos con esto mensajes textos sms ahora mismo les pido dije que he dicho"
    ),
    beside=words("mensajes mensaje texto textos sms numero lista escriban contacto cliente spam quiero"),
    please=words("favor"),
    elsewhere=words(
        "el ella lo la perro perra gato perrito comida paseo puerta ladrar come foto fotos carro visita visitas jaja"
    ),
)
