"""Noun tables by category -> Noun entries (English, Spanish, gender, mass, human).

A line holds `english=spanish` entries separated by commas. Gender comes from the ending
(-o, -or, -aje, -n: m; -a, -ión, -dad: f) unless `/m` or `/f` follows; `~` marks mass nouns."""

import collections

from .spanish import plural

Noun = collections.namedtuple("Noun", "en enpl es espl g mass human cat stressed")
TABLES = {
    "place": """hotel=hotel, station=estación, train station=estación de tren, bus stop=parada de autobús, airport=aeropuerto,
 museum=museo, restaurant=restaurante, bank=banco, pharmacy=farmacia, hospital=hospital/m, beach=playa, park=parque, market=mercado,
 supermarket=supermercado, church=iglesia, cathedral=catedral/f, castle=castillo, bridge=puente/m, square=plaza, street=calle/f,
 library=biblioteca, theater=teatro, movie theater=cine, cafe=cafetería, bar=bar/m, bakery=panadería, bookstore=librería,
 police station=comisaría, post office=oficina de correos, embassy=embajada, gas station=gasolinera, parking lot=aparcamiento,
 swimming pool=piscina, gym=gimnasio, garden=jardín/m, school=escuela, university=universidad, office=oficina, store=tienda,
 shopping mall=centro comercial/m, harbor=puerto, old town=casco antiguo/m, village=pueblo, city=ciudad, corner=esquina, stadium=estadio,
 subway station=estación de metro, tourist office=oficina de turismo, town hall=ayuntamiento, factory=fábrica, building=edificio,
 house=casa, apartment=apartamento, island=isla, mountain=montaña, river=río, lake=lago, farm=granja, tower=torre/f, palace=palacio,
 gallery=galería, hostel=albergue/m, campsite=camping/m, clinic=clínica, laundry=lavandería, hair salon=peluquería, border=frontera""",
    "inside": """room=habitación, bathroom=baño, kitchen=cocina, lobby=vestíbulo, reception=recepción, elevator=ascensor, entrance=entrada,
 exit=salida, terrace=terraza, balcony=balcón, meeting room=sala de reuniones, dining room=comedor, hallway=pasillo, waiting room=sala de espera,
 garage=garaje, basement=sótano, ground floor=planta baja, door=puerta, gate=puerta de embarque, platform=andén/m, counter=mostrador,
 parking space=plaza de aparcamiento, staircase=escalera, conference room=sala de conferencias, cafeteria=comedor""",
    "vehicle": """train=tren, bus=autobús/m, taxi=taxi/m, car=coche/m, plane=avión/m, ship=barco, ferry=ferry/m, subway=metro, tram=tranvía/m,
 bicycle=bicicleta, motorcycle=moto/f, truck=camión/m, van=furgoneta, boat=bote/m, rental car=coche de alquiler/m, ambulance=ambulancia""",
    "ticket": """ticket=billete/m, return ticket=billete de ida y vuelta/m, one way ticket=billete de ida/m, map=mapa/m, seat=asiento,
 reservation=reserva, table=mesa, single room=habitación individual, double room=habitación doble, trip=viaje, flight=vuelo,
 tour=visita guiada, guide book=guía/f, appointment=cita, city map=plano de la ciudad/m, window seat=asiento de ventanilla, room with a view=habitación con vistas""",
    "document": """passport=pasaporte/m, visa=visado, driver's license=permiso de conducir/m, credit card=tarjeta de crédito, receipt=recibo,
 invoice=factura, form=formulario, boarding pass=tarjeta de embarque, contract=contrato, letter=carta, menu=menú/m, newspaper=periódico,
 key=llave/f, room key=llave de la habitación/f, wallet=cartera, business card=tarjeta de visita, insurance card=tarjeta del seguro, certificate=certificado""",
    "item": """suitcase=maleta, bag=bolsa, backpack=mochila, umbrella=paraguas/m, phone=teléfono, laptop=ordenador portátil/m, camera=cámara, charger=cargador,
 watch=reloj/m, book=libro, pen=bolígrafo, pencil=lápiz/m, notebook=cuaderno, box=caja, bottle=botella, cup=taza, glass=vaso,
 plate=plato, spoon=cuchara, knife=cuchillo, fork=tenedor, towel=toalla, blanket=manta, pillow=almohada, lamp=lámpara, chair=silla,
 desk=escritorio, bed=cama, window=ventana, mirror=espejo, gift=regalo, souvenir=recuerdo, postcard=postal/f, stamp=sello, ring=anillo,
 toothbrush=cepillo de dientes, razor=maquinilla de afeitar, battery=pila, cable=cable/m, adapter=adaptador, ball=pelota, toy=juguete/m, magazine=revista,
 pair of glasses=par de gafas/m, flashlight=linterna, candle=vela, painting=cuadro, package=paquete/m, refrigerator=nevera, heater=calefactor,
 fan=ventilador, television=televisor, radio=radio/f, photo=foto/f, flower=flor/f, tree=árbol/m, dog=perro, cat=gato, bird=pájaro, horse=caballo""",
    "clothes": """shirt=camisa, t-shirt=camiseta, jacket=chaqueta, coat=abrigo, dress=vestido, skirt=falda, hat=sombrero, scarf=bufanda, belt=cinturón/m,
 sweater=jersey/m, suit=traje/m, tie=corbata, raincoat=impermeable/m, swimsuit=bañador, uniform=uniforme/m, cap=gorra, pair of shoes=par de zapatos/m, pair of socks=par de calcetines/m""",
    "food": """sandwich=bocadillo, salad=ensalada, soup=sopa, pizza=pizza, apple=manzana, orange=naranja, banana=plátano, lemon=limón/m, cake=pastel/m, egg=huevo,
 steak=filete/m, hamburger=hamburguesa, tomato=tomate/m, potato=patata, onion=cebolla, sausage=salchicha, dessert=postre/m, breakfast=desayuno,
 lunch=almuerzo, dinner=cena, meal=comida, omelet=tortilla, cookie=galleta, strawberry=fresa, pear=pera, peach=melocotón/m, carrot=zanahoria,
 piece of bread=trozo de pan, snack=tentempié/m, vegetarian dish=plato vegetariano, ice cream=helado, watermelon=sandía, mushroom=champiñón/m, pepper=pimiento""",
    "mass": """bread=pan, cheese=queso, butter=mantequilla, rice=arroz/m, meat=carne/f, chicken=pollo, fish=pescado, ham=jamón/m, pork=cerdo, beef=ternera,
 sugar=azúcar/m, salt=sal/f, oil=aceite/m, chocolate=chocolate/m, fruit=fruta, honey=miel/f, garlic=ajo, pasta=pasta, seafood=marisco, yogurt=yogur/m, jam=mermelada, turkey=pavo""",
    "drink": """water=agua/f, coffee=café/m, tea=té/m, milk=leche/f, beer=cerveza, wine=vino, red wine=vino tinto, white wine=vino blanco, juice=zumo,
 orange juice=zumo de naranja, sparkling water=agua con gas/f, hot chocolate=chocolate caliente/m, lemonade=limonada, ice=hielo, mineral water=agua mineral/f""",
    "thing": """money=dinero~, information=información~, luggage=equipaje/m~, help=ayuda~, medicine=medicina, soap=jabón/m~, paper=papel/m~, toilet paper=papel higiénico/m~,
 sunscreen=protector solar/m~, toothpaste=pasta de dientes~, cash=efectivo/m~, change=cambio~, insurance=seguro, gas=gasolina~, furniture=mobiliario~, food=comida~""",
    "person": """doctor=médico, waiter=camarero, waitress=camarera, driver=conductor, teacher=profesor, friend=amigo, brother=hermano, sister=hermana,
 father=padre/m, mother=madre/f, son=hijo, daughter=hija, husband=marido, wife=mujer/f, boss=jefe/m, colleague=colega/m, neighbor=vecino,
 nurse=enfermera, lawyer=abogado, engineer=ingeniero, student=estudiante/m, tourist=turista/m, guide=guía/m, police officer=policía/m, manager=gerente/m,
 client=cliente/m, customer=cliente/m, dentist=dentista/m, cook=cocinero, receptionist=recepcionista/m, pilot=piloto/m, passenger=pasajero, child=niño, boy=niño, girl=niña,
 man=hombre/m, woman=mujer/f, baby=bebé/m, uncle=tío, aunt=tía, cousin=primo, grandfather=abuelo, grandmother=abuela, guest=invitado,
 journalist=periodista/m, artist=artista/m, scientist=científico, director=director, president=presidente/m, speaker=ponente/m, partner=socio,
 assistant=asistente/m, secretary=secretaria, supplier=proveedor, expert=experto, team leader=jefe de equipo/m, interpreter=intérprete/m, accountant=contable/m, visitor=visitante/m, boyfriend=novio, girlfriend=novia, employee=empleado, farmer=agricultor, soldier=soldado, firefighter=bombero, salesperson=vendedor, thief=ladrón/m, writer=escritor, singer=cantante/m""",
    "work": """meeting=reunión, project=proyecto, report=informe/m, presentation=presentación, plan=plan/m, budget=presupuesto, document=documento, file=archivo,
 email=correo electrónico, message=mensaje/m, proposal=propuesta, offer=oferta, agreement=acuerdo, schedule=horario, agenda=orden del día/m, order=pedido,
 task=tarea, product=producto, price list=lista de precios, summary=resumen/m, draft=borrador, slide=diapositiva, table of contents=índice/m, study=estudio,
 survey=encuesta, test=prueba, design=diseño, website=sitio web/m, program=programa/m, version=versión, update=actualización, database=base de datos/f,
 server=servidor, system=sistema/m, password=contraseña, account=cuenta, screen=pantalla, computer=ordenador, printer=impresora, keyboard=teclado, microphone=micrófono,
 projector=proyector, video=vídeo, recording=grabación, link=enlace/m, app=aplicación, network=red/f, machine=máquina, tool=herramienta, sample=muestra, chart=gráfico, page=página, translation=traducción, interview=entrevista, job=trabajo, conference=conferencia, training=formación, exam=examen/m, class=clase/f, lesson=lección, exercise=ejercicio, list=lista, note=nota, signature=firma, figure=cifra, headset=auriculares de diadema/m""",
    "idea": """problem=problema/m, question=pregunta, idea=idea, answer=respuesta, solution=solución, decision=decisión, opinion=opinión, change=cambio, mistake=error/m,
 reason=razón/f, example=ejemplo, goal=objetivo, result=resultado, topic=tema/m, point=punto, detail=detalle/m, risk=riesgo, advantage=ventaja, delay=retraso,
 price=precio, cost=coste/m, number=número, name=nombre/m, address=dirección, phone number=número de teléfono, date=fecha, story=historia, joke=chiste/m, game=juego, song=canción, movie=película,
 word=palabra, sentence=frase/f, language=idioma/m, rule=regla, law=ley/f, right=derecho, condition=condición, difference=diferencia, option=opción, possibility=posibilidad, chance=oportunidad,
 deadline=plazo, discount=descuento, tax=impuesto, salary=sueldo, suggestion=sugerencia, comment=comentario, complaint=queja, surprise=sorpresa, dream=sueño, secret=secreto, party=fiesta, wedding=boda, birthday=cumpleaños/m, concert=concierto, match=partido, exhibition=exposición, vacation=vacación, accident=accidente/m, emergency=emergencia, fire=incendio, noise=ruido, strategy=estrategia, market share=cuota de mercado, investment=inversión, profit=beneficio, loss=pérdida, source=fuente/f, quality=calidad/f, process=proceso, step=paso, phase=fase/f, team=equipo, company=empresa, department=departamento, group=grupo, country=país/m, world=mundo, family=familia""",
    "body": """head=cabeza, stomach=estómago, back=espalda, throat=garganta, arm=brazo, leg=pierna, foot=pie/m, hand=mano/f, knee=rodilla, tooth=muela, ear=oído, eye=ojo, neck=cuello, finger=dedo, chest=pecho, shoulder=hombro, ankle=tobillo, nose=nariz/f, skin=piel/f, heart=corazón/m""",
    "remedy": """pill=pastilla, bandage=venda, prescription=receta, painkiller=analgésico, syrup=jarabe/m, cream=crema, thermometer=termómetro, injection=inyección, mask=mascarilla, blood test=análisis de sangre/m, vaccine=vacuna""",
}
IRREGULAR_EN = {"child": "children", "man": "men", "woman": "women", "foot": "feet", "tooth": "teeth", "wife": "wives",
                "knife": "knives", "fish": "fish", "salesperson": "salespeople", "return ticket": "return tickets",
                "piece of bread": "pieces of bread", "room with a view": "rooms with a view", "pair of glasses": "pairs of glasses",
                "pair of shoes": "pairs of shoes", "pair of socks": "pairs of socks", "table of contents": "tables of contents", "thief": "thieves"}


def english_plural(w):
    if w in IRREGULAR_EN:
        return IRREGULAR_EN[w]
    if w.endswith(("s", "x", "ch", "sh")) or w in ("tomato", "potato"):
        return w + "es"
    if w[-1] == "y" and w[-2] not in "aeiou":
        return w[:-1] + "ies"
    return w + "s"


def guess_gender(es):
    head = es.split()[0]
    if head.endswith(("ción", "sión", "dad", "nión", "a")):
        return "f"
    return "m"


def load():
    out = {}
    for cat, text in TABLES.items():
        out[cat] = []
        for entry in " ".join(text.split()).split(","):
            en, es = entry.strip().split("=")
            mass = es.endswith("~") or cat in ("mass", "drink")
            es = es.rstrip("~")
            es, _, g = es.partition("/")
            g = g or guess_gender(es)
            espl = es if es.split()[0] in ("paraguas", "cumpleaños", "auriculares", "análisis") else plural(es)
            stressed = g == "f" and es.split()[0] in ("agua", "aula", "área", "arma", "águila")
            out[cat].append(Noun(en, english_plural(en), es, espl, g, mass, cat == "person", cat, stressed))
    return out


NOUNS = load()
NOUNS["idea"] = [n for n in NOUNS["idea"] if n.en != "vacation"]
NOUNS["work"] = [n for n in NOUNS["work"] if n.en != "headset"]
GROUPS = {  # wider classes the verbs and templates ask for
    "any": "place inside vehicle ticket document item clothes food mass drink thing person work idea",
    "buy": "ticket item clothes food mass drink thing remedy", "eat": "food mass", "drink": "drink", "place": "place",
    "goto": "place place inside", "carry": "item document ticket clothes work", "thing": "item document ticket clothes work thing",
    "see": "place item person work vehicle", "need": "ticket document item clothes drink thing remedy work person idea",
    "office": "work idea", "ride": "vehicle", "meal": "food mass drink", "inside": "inside", "person": "person",
    "where": "place inside item vehicle person work", "consume": "food drink mass", "body": "body", "remedy": "remedy",
    "event": "work", "work": "work", "idea": "idea", "item": "item", "clothes": "clothes", "ticket": "ticket", "document": "document", "food": "food",
    "mass": "mass", "vehicle": "vehicle", "have": "ticket document item clothes work idea person vehicle thing", "lose": "document item clothes",
    "object": "item document clothes work", "stuff": "thing",
}
