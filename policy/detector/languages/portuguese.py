"""Numbers in Portuguese, with the "meia" (half a dozen) of Brazil's telephones."""

from policy.detector.languages.table import language

PORTUGUESE = language(
    "pt",
    ones="zero um dois três quatro cinco seis sete oito nove",
    teens="dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove",
    tens="vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    more={"meia": "six", "uma": "one", "duas": "two", "cem": "hundred", "cento": "hundred", "e": "and", "depois": "then",
          "catorze": "fourteen", "duplo": "double", "duzentos": "two hundred", "trezentos": "three hundred",
          "quinhentos": "five hundred"},
    also="zero um uma e doze",
)  # fmt: skip
