"""Travel phrases as template lines (see templates.py): directions, transport, hotel, food, shopping, health."""

LINES = """
I would like {np.meal}, please | quisiera {np.meal}, por favor
*I would like {a.ticket} | quisiera {a.ticket}
can I have {a.meal}, please? | ¿me puede traer {a.meal}, por favor?
could you bring me {a.meal}? | ¿podría traerme {a.meal}?
where can I buy {a.buy}? | ¿dónde puedo comprar {a.buy}?
*where can I find {a.place}? | ¿dónde puedo encontrar {a.place}?
how do I get to {the.place}? | ¿cómo llego a {the.place}?
how far is {the.place}? | ¿a qué distancia está {the.place}?
*excuse me, where is {the.place}? | disculpe, ¿dónde está {the.place}?
is this the {n.vehicle} to {city}? | ¿es este {n.vehicle:el|la} {n.vehicle} a {city}?
*a ticket to {city}, please | un billete a {city}, por favor
two tickets to {city} for {day}, please | dos billetes a {city} para el {day}, por favor
what time {the.vehicle:does/do} {the.vehicle} to {city} leave? | ¿a qué hora {the.vehicle:sale/salen} {the.vehicle} a {city}?
the next train leaves at {time} | el próximo tren sale a {time}
*my flight leaves at {time} | mi vuelo sale a {time}
*turn left at {the.place} | gire a la izquierda en {the.place}
turn right after {the.place} | gire a la derecha después de {the.place}
go straight ahead until {the.place} | siga todo recto hasta {the.place}
it is next to {the.place} | está al lado de {the.place}
I have a reservation under the name {name} | tengo una reserva a nombre de {name}
my name is {name} | me llamo {name}
my last name is {surname} | mi apellido es {surname}
*do you have a room for {numf} nights? | ¿tiene una habitación para {numf} noches?
we are staying for {numf} nights | nos quedamos {numf} noches
what time is breakfast? | ¿a qué hora es el desayuno?
is breakfast included? | ¿está incluido el desayuno?
*there is no {n.drink} in my room | no hay {n.drink} en mi habitación
{the.item} in my room {the.item:does/do} not work | {the.item} de mi habitación no {the.item:funciona/funcionan}
*a table for {numf}, please | una mesa para {numf}, por favor
the bill, please | la cuenta, por favor
can I pay by card? | ¿puedo pagar con tarjeta?
do you accept credit cards? | ¿aceptan tarjetas de crédito?
how much is {np.buy}? | ¿cuánto {np.buy:cuesta/cuestan} {np.buy}?
how much does it cost? | ¿cuánto cuesta?
it costs {price} | cuesta {price}
that is {price}, please | son {price}, por favor
I am looking for {a.buy} | estoy buscando {a.buy}
do you have {a.clothes} in a larger size? | ¿tiene {a.clothes} en una talla más grande?
can I try on {this.clothes}? | ¿puedo probarme {this.clothes}?
I have lost {my.document} | he perdido {my.document}
someone stole {my.item} | alguien robó {my.item}
*I need a doctor | necesito un médico
call the police! | ¡llame a la policía!
call an ambulance, please | llame a una ambulancia, por favor
my {n.body} {n.body:hurts|hurts} | me duele {n.body:el|la} {n.body}
I feel sick | me siento mal
where does it hurt? | ¿dónde le duele?
take one pill every {numf} hours | tome una pastilla cada {numf} horas
I am allergic to {n.mass} | soy alérgico a{n.mass:l| la} {n.mass}
can you help me? | ¿puede ayudarme?
*could you help me with {the.thing}? | ¿podría ayudarme con {the.thing}?
*I do not speak {lang} | no hablo {lang}
do you speak {lang}? | ¿habla usted {lang}?
could you repeat that, please? | ¿podría repetirlo, por favor?
please speak more slowly | hable más despacio, por favor
where are you from? | ¿de dónde es usted?
I am from {country} | soy de {country}
I live in {city} | vivo en {city}
thank you very much for {the.idea} | muchas gracias por {the.idea}
thank you very much | muchas gracias
you are welcome | de nada
good morning | buenos días
good afternoon | buenas tardes
good night | buenas noches
nice to meet you | mucho gusto
see you tomorrow | hasta mañana
see you on {day} | nos vemos el {day}
have a nice trip! | ¡buen viaje!
what does this word mean? | ¿qué significa esta palabra?
what is the weather like today? | ¿qué tiempo hace hoy?
it is raining | está lloviendo
it is very hot today | hoy hace mucho calor
it is cold in {city} in {month} | hace frío en {city} en {month}
could you {inf}? | ¿podría {inf}?
can I {inf} here? | ¿puedo {inf} aquí?
*is it possible to {inf}? | ¿es posible {inf}?
I forgot to {inf} | olvidé {inf}
*it is difficult to {inf} | es difícil {inf}
it is necessary to {inf} | es necesario {inf}
*I do not want to {inf} | no quiero {inf}
"""
