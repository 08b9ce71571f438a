"""A client written from the published schema alone: a server's address and a recording -> what it was told, as JSON.

Reads /v1/schema, speaks the recording into a room, follows the room in one language with a second connection, loses that
connection in the middle and comes back; every event is validated. Only Debian's websockets and jsonschema."""

import asyncio
import json
import sys
import urllib.parse
import urllib.request
import wave

import jsonschema
import websockets

HOST, RECORDING, ROOM = sys.argv[1:4]
DOCUMENT = json.load(urllib.request.urlopen("http://%s/v1/schema" % HOST))


def checker(message):
    payload = DOCUMENT["components"]["messages"][message]["payload"]
    # References are into the whole document.
    return jsonschema.Draft202012Validator({**payload, "components": DOCUMENT["components"]})


EVENT, CONFIG, ORDER = checker("event"), checker("config"), checker("order")


def address(channel, **query):
    channel = DOCUMENT["channels"][channel]
    known = channel["bindings"]["ws"]["query"]["properties"]
    assert set(query) <= set(known), "the schema doesn't know %s" % (set(query) - set(known))
    return "ws://%s%s?%s" % (HOST, channel["address"], urllib.parse.urlencode(query))


def read(frame):
    event = json.loads(frame)
    EVENT.validate(event)
    return event


async def speak():
    """-> the events of the session"""
    sound = wave.open(RECORDING)
    config = dict(type="config", rate=sound.getframerate(), format="s16le", channels=sound.getnchannels())
    CONFIG.validate(config)
    async with websockets.connect(address("speak", room=ROOM, **{"from": "en"}, speaker="Third Party")) as socket:
        await socket.send(json.dumps(config))

        async def send():
            size = sound.getframerate() // 25
            while block := sound.readframes(size):
                await socket.send(block)
                await asyncio.sleep(0.01)
            for order in ({"marker": "all of it"}, {"end": True}):
                ORDER.validate(order)
                await socket.send(json.dumps(order))

        sending = asyncio.create_task(send())
        events = [read(frame) async for frame in socket if isinstance(frame, str)]
        await sending
        return events


async def follow(until):
    """-> the numbered events of the room, over two connections; the first is lost once something is final"""
    seen, after, is_back = [], None, False
    while True:
        query = dict(room=ROOM, lang="es", dial="instant", **({"after": after} if after else {}))
        async with websockets.connect(address("listen", **query)) as socket:
            async for frame in socket:
                event = read(frame)
                if event["type"] not in ("caption", "speech", "marker", "gap"):
                    continue
                seen.append(event)
                after = "%d.%d" % (event["epoch"], event["seq"])
                if event["type"] == "marker" and event["id"] == until:
                    return seen
                if not is_back and event["type"] == "caption" and event["final"]:
                    is_back = True
                    break


async def main():
    following = asyncio.create_task(follow("all of it"))
    await asyncio.sleep(0.3)
    spoken, heard = await asyncio.gather(speak(), following)
    numbers = [event["seq"] for event in heard]
    final = [e["committed"] for e in heard if e["type"] == "caption" and e["final"] and e["kind"] == "translation"]
    own = [e["committed"] for e in spoken if e["type"] == "caption" and e["final"] and e["kind"] == "translation"]
    print(json.dumps(dict(in_order=numbers == sorted(set(numbers)), heard=final, spoken=own, last=spoken[-1]["type"],
                          types=sorted({e["type"] for e in spoken + heard}))))


asyncio.run(asyncio.wait_for(main(), 120))
