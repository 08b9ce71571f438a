"""Verb tables -> Verb entries: English forms, Spanish infinitive, rests, object class."""

import collections

Verb = collections.namedtuple("Verb", "en enrest es esrest refl obj")
PAST = {w.split()[0]: (w.split()[1], w.split()[-1]) for w in """be was been|go went gone|buy bought|have had|make made|take took taken|get got gotten|find found|lose lost|leave left|eat ate eaten|drink drank drunk|see saw seen|
give gave given|send sent|write wrote written|read read|speak spoke spoken|say said|tell told|know knew known|think thought|understand understood|forget forgot forgotten|pay paid|sell sold|bring brought|
wear wore worn|sleep slept|wake woke woken|meet met|hear heard|feel felt|put put|begin began begun|come came come|drive drove driven|fly flew flown|run ran run|swim swam swum|sit sat|stand stood|choose chose chosen|break broke broken|
cut cut|show showed shown|teach taught|learn learned|keep kept|rent rented|spend spent|win won|cost cost|build built|do did done|hold held|sing sang sung|catch caught|steal stole stolen|hurt hurt|draw drew drawn|throw threw thrown|lend lent|fall fell fallen|grow grew grown|ring rang rung|set set|let let|lead led|light lit""".replace("\n", "").split("|")}
DOUBLE = {"stop", "plan", "shop", "cut", "put", "run", "swim", "get", "sit", "begin", "forget", "win", "cancel-", "drop", "chat", "set"}


def third(v):
    if v == "have":
        return "has"
    if v.endswith(("s", "x", "ch", "sh", "o")):
        return v + "es"
    return v[:-1] + "ies" if v[-1] == "y" and v[-2] not in "aeiou" else v + "s"


def past(v):
    if v in PAST:
        return PAST[v]
    if v.endswith("e"):
        p = v + "d"
    elif v[-1] == "y" and v[-2] not in "aeiou":
        p = v[:-1] + "ied"
    else:
        p = v + (v[-1] if v in DOUBLE else "") + "ed"
    return p, p


def gerund(v):
    if v.endswith("e") and not v.endswith("ee"):
        return v[:-1] + "ing"
    return v + (v[-1] if v in DOUBLE else "") + "ing"


TABLE = """buy=comprar:buy, need=necesitar:need, look for=buscar:see, find=encontrar:see, lose=perder:lose, visit=visitar:place, see=ver:see, eat=comer:eat, drink=beber:drink,
order=pedir:meal, pay for=pagar:buy, sell=vender:object, rent=alquilar:vehicle, book=reservar:ticket, cancel=cancelar:ticket, change=cambiar:ticket, bring=traer:carry, carry=llevar:carry, take=tomar:vehicle,
send=enviar:carry, receive=recibir:carry, sign=firmar:document, open=abrir:inside, close=cerrar:inside, clean=limpiar:inside, repair=reparar:vehicle, wash=lavar:clothes, wear=llevar:clothes,
try=probar:food, cook=cocinar:eat, prepare=preparar:eat, share=compartir:work, read=leer:work, write=escribir:work, finish=terminar:work, check=revisar:work, review=revisar:work, discuss=discutir:idea, explain=explicar:idea,
understand=entender:idea, solve=resolver:idea, accept=aceptar:office, reject=rechazar:office, approve=aprobar:office, present=presentar:work, print=imprimir:work, use=usar:object, call=llamar a:person, know=conocer a:person, help=ayudar a:person,
wait for=esperar a:person, invite=invitar a:person, meet=conocer a:person, talk to=hablar con:person, speak with=hablar con:person, ask=preguntar a:person, thank=dar las gracias a:person, visit=visitar a:person, look for=buscar a:person, wait for=esperar:vehicle,
go to=ir a:place, go to=ir a:place, arrive at=llegar a:place, return to=volver a:place, come to=venir a:place, live near=vivir cerca de:place, stay at=quedarse en:place, walk to=caminar hasta:place, leave=salir de:place, work in=trabajar en:place, travel by=viajar en:bareveh, get to=llegar a:place,
have=tener:have, want=querer:buy, prefer=preferir:meal, recommend=recomendar:place, forget=olvidar:lose, break=romper:item, leave=dejar:lose, pick up=recoger:carry, return=devolver:object, keep=guardar:object, choose=elegir:buy, show=mostrar:carry,
think about=pensar en:idea, talk about=hablar de:idea, work on=trabajar en:work, ask for=pedir:need, answer=contestar:q, change=cambiar:office, improve=mejorar:office, start=empezar:work, organize=organizar:event, prepare=preparar:work, translate=traducir:work, correct=corregir:work, update=actualizar:work,
install=instalar:tech, download=descargar:work, delete=borrar:work, save=guardar:work, test=probar:tech, analyze=analizar:office, compare=comparar:office, mention=mencionar:idea, offer=ofrecer:office, propose=proponer:idea, suggest=sugerir:idea, support=apoyar:idea, reduce=reducir:idea, include=incluir:office, postpone=aplazar:event, confirm=confirmar:ticket,
remember=recordar:idea, watch=ver:show, listen to=escuchar:show, play=jugar al:game, drive=conducir:vehicle, park=aparcar:vehicle, pack=preparar:pack, exchange=cambiar:money, take=tomar:remedy, hurt=lastimarse:body, believe=creer:idea, miss=perder:vehicle, cross=cruzar:cross, follow=seguir:idea, describe=describir:idea, evaluate=evaluar:office, publish=publicar:work, attend=asistir a:event, design=diseñar:work, develop=desarrollar:work, join=unirse a:event, miss=perderse:event, celebrate=celebrar:event, hire=contratar a:person, convince=convencer a:person, accompany=acompañar a:person, greet=saludar a:person, photograph=fotografiar:see, teach=enseñar:lang, learn=aprender:lang, speak=hablar:lang, study=estudiar:lang,
sleep=dormir:, work=trabajar:, eat=comer:, leave=salir:, arrive=llegar:, wait=esperar:, travel=viajar:, rest=descansar:, study=estudiar:, get up=levantarse:, drive=conducir:, swim=nadar:, run=correr:, sing=cantar:, dance=bailar:, smoke=fumar:, cook=cocinar:, walk=caminar:, shower=ducharse:, come back=volver:, come=venir:, wake up=despertarse:,
have breakfast=desayunar:, have dinner=cenar:, have lunch=almorzar:, go shopping=ir de compras:, go for a walk=dar un paseo:, go out=salir:, get dressed=vestirse:, relax=relajarse:, go to bed=acostarse:, sit down=sentarse:, pay in cash=pagar en efectivo:, pay by card=pagar con tarjeta:, take a taxi=tomar un taxi:, take a photo=hacer una foto:, make a decision=tomar una decisión:, ask a question=hacer una pregunta:, speak slowly=hablar despacio:, check in=registrarse:, make a call=hacer una llamada:, take notes=tomar notas:, make a mistake=cometer un error:, turn left=girar a la izquierda:, turn right=girar a la derecha:, go straight ahead=seguir todo recto:, take a break=hacer una pausa:, start=empezar:, finish=terminar:, complain=quejarse:, participate=participar:, work from home=trabajar desde casa:, go home=ir a casa:, stay=quedarse:, hurry=darse prisa:, help=ayudar:, vote=votar:, move=mudarse:, take a shower=ducharse:, get married=casarse:, get lost=perderse:, have a drink=tomar algo:, make a reservation=hacer una reserva:, speak louder=hablar más alto:, begin=comenzar:, exercise=hacer ejercicio:, retire=jubilarse:, save money=ahorrar dinero:, spend money=gastar dinero:, earn money=ganar dinero:, talk=hablar:, learn=aprender:, read=leer:, write=escribir:, answer=contestar:, decide=decidir:, agree=estar de acuerdo:, play=jugar:, pay=pagar:, win=ganar:, shop=comprar:, change trains=hacer transbordo:"""


def load():
    out = []
    for entry in " ".join(TABLE.split()).split(","):
        left, obj = entry.strip().rsplit(":", 1)
        en, es = left.split("=")
        ven, _, enrest = en.partition(" ")
        ves, _, esrest = es.partition(" ")
        refl = ves.endswith("se") and len(ves) > 4
        out.append(Verb(ven, enrest, ves[:-2] if refl else ves, esrest, refl, obj))
    return out


VERBS = load()
OBJECTS = {  # verb object classes that are not noun groups
    "q": ["question", "email", "letter", "message"], "event": ["meeting", "party", "conference", "presentation", "interview", "training", "wedding", "concert", "trip", "tour", "match"],
    "tech": ["app", "system", "program", "update", "printer", "version", "microphone", "product", "machine"], "show": ["movie", "concert", "match", "video", "recording", "program"],
    "cross": ["street", "bridge", "square", "border", "river"], "pack": ["suitcase", "bag", "backpack"], "money": ["money", "ticket", "battery"],
}
GAMES = [("football", "fútbol"), ("tennis", "tenis"), ("basketball", "baloncesto"), ("chess", "ajedrez"), ("golf", "golf")]
INTRANSITIVE = [v for v in VERBS if not v.obj]
TRANSITIVE = [v for v in VERBS if v.obj]
# verbs whose object may be a bare pronoun (it / them / him / her) placed before the Spanish verb
DIRECT = [v for v in TRANSITIVE if not v.enrest and (v.esrest in ("", "a")) and v.obj not in ("lang", "game", "bareveh", "body") and not v.refl
          and v.en not in ("ask", "thank", "go", "attend", "leave", "miss", "start")]
