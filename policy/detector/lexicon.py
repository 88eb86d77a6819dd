"""The words around a candidate that raise or lower it."""

import re

from policy.detector.wordlist import words

# People say these next to a way to reach them.
CONTACT = words(
    "call calls calling text texts txt txting texting cell cells cellphone phone phones fone number"
    " numbers num reach dial tel telephone mobile mob whatsapp whatsap wa sms ring hmu contact ping msg"
    " message holla line facetime imessage signal viber direct directly me mine digits landline"
    " voicemail fax pager telegram llama llamame llame llamar marca marcame numero cel celular telefono"
    " tel mensaje escribe escribeme apunta mandame numeros watsap wassap appelle numero nummer handy ruf"
    " rufe chiama telefone ligue zelle venmo paypal whats number# beep buzz hit backup emergency"
    " neighbor neighbour sister brother mom dad groomer vet plumber desk punch overseas abroad private"
    " personal work telefon nr whats movil bizum fijo tawag tawagan dzwon zadzwon numer goi denwa chama"
    " chamar appelez liga apuntale marcale anota"
)

# Labels of numbers that are no phone numbers.
LABELS = words(
    "order orders tracking track ticket invoice chip microchip microchips tag tags licence license"
    " permit id ids policy claim case ref reference confirmation conf confirmed booking serial model sku"
    " upc isbn imei vin lot batch rx prescription ndc account acct member membership card code codes pin"
    " password passcode pass pw pwd wifi network gate alarm lockbox keypad zip zipcode fedex ups usps"
    " dhl ontrac amazon flight akc rabies registration reg plate po voucher coupon receipt barcode meter"
    " otp verification dose mg ml lat lon latitude longitude coordinates apt unit suite bldg building"
    " glucose temp version firmware build locator itinerary reservation transaction txn asset mrn folder"
    " lottery lotto tattoo transponder insurance certificate cert passport ssn dea npi ein tax parcel"
    " shipment hex token shipping consignment warranty tkt pnr loyalty rewards reward redeem code# id#"
    " pedido factura placa clave contrasena microchip# population odometer mileage miles"
)

# Winks: the writer says that the number is not what it is called.
WINK = re.compile(
    r"wink|dial (?:it|that|this)|punch (?:it|that|this)|(?:in|into) (?:your|ur|the|a|my) (?:phone|dialer"
    r"|contacts|pocket)\b|confirms? (?:you|u) can|talks? back|isn'?t (?:really )?(?:from|an?|the)\b"
    r"|you know what|u know what|know what i mean|;-?\)|😉|text (?:it|that)\b|(?:call|ring) (?:it|that)\b"
    r"|if (?:you|u) (?:want|need|wanna) (?:to )?(?:text|call|reach)|\"[a-z ]{3,20}\"|not really an?\b|😏"
)

# Said of a number that is written the other way round.
REVERSED = re.compile(
    r"\b(?:back\s?wards?|in reverse|revers\w*|from the back|back to front|last digit first|mirror\w*|"
    r"right to left"
    r"|al reves|flip (?:it|them|that|this)|flipped|read (?:it|this|that) back|from the end|upside down)\b"
)

# Said when the digits must be picked out of other words.
PICKED = re.compile(
    r"\b(?:remove|without|ignore|drop|skip|take out|delete|combine|put (?:it|them|those|these|all)|"
    r"together|string"
    r"|area|prefix|last (?:four|4)|first (?:three|3)|middle|end|start(?:s|ing)? with|begins|followed by|then"
    r"|after that|finally|comes|next|rest|digits|line|dial|add|signs|just the numbers|numbers only|"
    r"in order)\b"
)
