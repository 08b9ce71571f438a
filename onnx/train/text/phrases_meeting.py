"""Meeting phrases as template lines (see templates.py): agenda, opinions, decisions, dates, closing."""

LINES = """
let's start {the.event} | empecemos {the.event}
let's talk about {the.idea} | hablemos de {the.idea}
the first point is {the.idea} | el primer punto es {the.idea}
*the next topic is {the.idea} | el próximo tema es {the.idea}
I agree with {the.person} | estoy de acuerdo con {the.person}
*I do not agree with {the.idea} | no estoy de acuerdo con {the.idea}
in my opinion, {the.idea} {the.idea:is/are} important | en mi opinión, {the.idea} {the.idea:es importante/son importantes}
what do you think about {the.idea}? | ¿qué piensa de {the.idea}?
do you have any questions? | ¿tienen alguna pregunta?
*I have a question about {the.work} | tengo una pregunta sobre {the.work}
the meeting is on {day} at {time} | la reunión es el {day} a {time}
the deadline is {date} | el plazo termina {date}
*we need to finish before {day} | tenemos que terminar antes del {day}
can we move the meeting to {day}? | ¿podemos cambiar la reunión al {day}?
sales went up by {bignum} percent | las ventas subieron un {bignum} por ciento
costs went down by {num} percent | los costes bajaron un {num} por ciento
who is responsible for {the.work}? | ¿quién es responsable de {the.work}?
{the.person} {the.person:is/are} responsible for {the.work} | {the.person} {the.person:es responsable/son responsables} de {the.work}
could you send me {the.work} before {day}? | ¿podría enviarme {the.work} antes del {day}?
I will send you {the.work} tomorrow | le enviaré {the.work} mañana
can everybody hear me? | ¿me oyen todos?
*I cannot see {the.work} | no puedo ver {the.work}
we have decided to {inf} | hemos decidido {inf}
the decision is final | la decisión es definitiva
I suggest that we take a break | sugiero que hagamos una pausa
let's vote | votemos
thank you for coming | gracias por venir
the meeting is over | la reunión ha terminado
we will continue on {day} | continuaremos el {day}
any other questions? | ¿alguna otra pregunta?
let me explain {the.idea} | déjeme explicar {the.idea}
please look at {the.work} | por favor, mire {the.work}
"""
LINES = "\n".join(x for x in LINES.splitlines() if x.count(" | ") == 1)
