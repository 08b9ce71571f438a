"""Adjective tables -> (english, spanish masculine singular) lists by what they can describe."""


def _table(text):
    return [tuple(e.strip().split("=")) for e in " ".join(text.split()).split(",")]


THING = _table("""big=grande, small=pequeño, new=nuevo, old=viejo, cheap=barato, expensive=caro, beautiful=bonito, red=rojo, blue=azul, green=verde, black=negro,
 white=blanco, yellow=amarillo, gray=gris, brown=marrón, light=ligero, heavy=pesado, broken=roto, clean=limpio, dirty=sucio, modern=moderno, strange=extraño,
 useful=útil, simple=sencillo, special=especial, different=diferente, similar=parecido, perfect=perfecto, strong=fuerte, ugly=feo, comfortable=cómodo, empty=vacío, full=lleno, long=largo, short=corto, wide=ancho, round=redondo, square=cuadrado, cheap=barato, electric=eléctrico, wet=mojado, dry=seco, soft=suave, hard=duro, thick=grueso, wooden=de madera, plastic=de plástico, leather=de cuero, Spanish=español, English=inglés, French=francés, German=alemán, Italian=italiano, American=americano, local=local""")
PLACE = _table("""big=grande, small=pequeño, new=nuevo, old=antiguo, cheap=barato, expensive=caro, beautiful=bonito, quiet=tranquilo, noisy=ruidoso, famous=famoso,
 modern=moderno, nice=agradable, clean=limpio, dirty=sucio, dangerous=peligroso, safe=seguro, popular=popular, crowded=lleno de gente, empty=vacío, closed=cerrado, open=abierto, historic=histórico, public=público, private=privado, interesting=interesante, dark=oscuro, main=principal, central=céntrico, pretty=bonito, Spanish=español, French=francés, Italian=italiano""")
PERSON = _table("""young=joven, old=mayor, tall=alto, short=bajo, friendly=simpático, nice=amable, polite=educado, intelligent=inteligente, famous=famoso,
 new=nuevo, tired=cansado, sick=enfermo, happy=feliz, sad=triste, rich=rico, poor=pobre, strong=fuerte, serious=serio, funny=divertido, busy=ocupado, honest=honesto, patient=paciente, lazy=perezoso,
 Spanish=español, English=inglés, French=francés, German=alemán, Italian=italiano, American=americano, Mexican=mexicano, foreign=extranjero, professional=profesional, quiet=tranquilo, blond=rubio, elegant=elegante, important=importante""")
FOOD = _table("""hot=caliente, cold=frío, fresh=fresco, delicious=delicioso, sweet=dulce, spicy=picante, salty=salado, raw=crudo, typical=típico, big=grande, small=pequeño,
 fried=frito, grilled=a la plancha, homemade=casero, local=local, healthy=saludable, traditional=tradicional, cheap=barato, light=ligero, vegetarian=vegetariano, organic=ecológico, burnt=quemado, bitter=amargo""")
IDEA = _table("""important=importante, difficult=difícil, easy=fácil, serious=grave, interesting=interesante, new=nuevo, simple=sencillo, complicated=complicado, final=final,
 different=diferente, clear=claro, similar=parecido, possible=posible, real=real, small=pequeño, big=grande, urgent=urgente, useful=útil, strange=extraño, common=común, special=especial,
 general=general, technical=técnico, personal=personal, public=público, wrong=equivocado, correct=correcto, complete=completo, perfect=perfecto, ideal=ideal, short=corto, long=largo, quick=rápido, slow=lento, recent=reciente, obvious=evidente, specific=concreto, additional=adicional, annual=anual, monthly=mensual, weekly=semanal, international=internacional, financial=financiero, current=actual, digital=digital, internal=interno, external=externo, realistic=realista""")
BY_CAT = {"place": PLACE, "inside": PLACE, "person": PERSON, "food": FOOD, "mass": FOOD, "drink": [a for a in FOOD if a[0] in
          ("hot", "cold", "fresh", "sweet", "delicious", "cheap", "local")], "work": IDEA, "idea": IDEA, "vehicle": THING[:10] + _table("fast=rápido, slow=lento, comfortable=cómodo, electric=eléctrico, modern=moderno"),
          "ticket": _table("cheap=barato, expensive=caro, new=nuevo, free=libre, good=bueno"), "body": _table("left=izquierdo, right=derecho")}
# placed before the noun in both languages
BEFORE = [("good", "buen", "buena", "buenos", "buenas"), ("bad", "mal", "mala", "malos", "malas"), ("next", "próximo", "próxima", "próximos", "próximas"),
          ("last", "último", "última", "últimos", "últimas"), ("first", "primer", "primera", "primeros", "primeras"),
          ("best", "mejor", "mejor", "mejores", "mejores"), ("same", "mismo", "misma", "mismos", "mismas"), ("only", "único", "única", "únicos", "únicas"),
          ("other", "otro", "otra", "otros", "otras"), ("second", "segundo", "segunda", "segundos", "segundas"), ("third", "tercer", "tercera", "terceros", "terceras"),
          ("great", "gran", "gran", "grandes", "grandes"), ("worst", "peor", "peor", "peores", "peores")]
# predicates: estar (states) and ser (qualities)
STATE = _table("""tired=cansado, ready=listo, late=retrasado, busy=ocupado, sick=enfermo, lost=perdido, sure=seguro, worried=preocupado, here=aquí!, there=allí!, at home=en casa!, happy=contento, angry=enfadado,
 married=casado, nervous=nervioso, surprised=sorprendido, on vacation=de vacaciones!, in a hurry=con prisa!, alone=solo, sad=triste, free=libre, bored=aburrido, well=bien!, outside=fuera!, upstairs=arriba!, downstairs=abajo!, in the office=en la oficina!, interested=interesado, satisfied=satisfecho, pregnant=de baja!, in a meeting=en una reunión!, on time=a tiempo!, available=disponible, excited=emocionado, confused=confundido, on the phone=al teléfono!, convinced=convencido, prepared=preparado""")
STATE = [s for s in STATE if s[0] not in ("late", "pregnant", "on time")]
QUALITY = _table("""Spanish=español, English=inglés, French=francés, German=alemán, Italian=italiano, American=americano, Mexican=mexicano, young=joven, tall=alto, intelligent=inteligente, polite=educado, friendly=simpático, rich=rico, famous=famoso, honest=honesto, strong=fuerte, patient=paciente, allergic to nuts=alérgico a los frutos secos, vegetarian=vegetariano, responsible=responsable, very kind=muy! amable, optimistic=optimista, realistic=realista, single=soltero, new here=nuevo aquí, lucky=afortunado, from Spain=de España!, from London=de Londres!, from Mexico=de México!, from Germany=de Alemania!""")
THING_STATE = _table("""open=abierto, closed=cerrado, broken=roto, dirty=sucio, clean=limpio, ready=listo, empty=vacío, full=lleno, free=libre, occupied=ocupado, wet=mojado, cold=frío, hot=caliente,
 out of order=averiado, sold out=agotado, included=incluido, near=cerca!, far away=lejos!, available=disponible, here=aquí!, very close=muy cerca!, on the left=a la izquierda!, on the right=a la derecha!, upstairs=arriba!, downstairs=abajo!, on the table=en la mesa!, lost=perdido, well made=bien! hecho, finished=terminado, in the car=en el coche!, blocked=bloqueado""")
THING_STATE = [s for s in THING_STATE if s[0] != "well made"]
THING_QUALITY = _table("""big=grande, small=pequeño, new=nuevo, expensive=caro, cheap=barato, beautiful=bonito, comfortable=cómodo, important=importante, free=gratuito, difficult=difícil, easy=fácil, useful=útil, perfect=perfecto, modern=moderno, different=diferente, too big=demasiado! grande,
 very good=muy! bueno, bad=malo, interesting=interesante, strange=extraño, heavy=pesado, dangerous=peligroso, mine=mío, necessary=necesario, possible=posible, simple=sencillo, fantastic=fantástico, terrible=terrible, boring=aburrido, popular=popular, obligatory=obligatorio, similar=parecido, enough=suficiente, safe=seguro""")
DEGREE = [("very", "muy"), ("too", "demasiado"), ("really", "realmente"), ("quite", "bastante"), ("a little", "un poco"), ("so", "tan"), ("not very", "")]
