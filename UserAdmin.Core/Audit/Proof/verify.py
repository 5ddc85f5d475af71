#!/usr/bin/env python3
"""Checks a proof that was taken out of the audit log of UserAdmin.

    python3 verify.py bundle.zip
    python3 verify.py --checkpoint saved.txt --fingerprint HEX bundle.zip

Needs Python 3.8 or later and nothing else: no network, no server, no further packages. Instead of the zip, the folder into which it was unpacked
does as well. Exit codes: 0 nothing is altered, 1 something is, 2 the proof can't be read. The format is described in docs/audit-format.md of the product.
"""
import argparse
import base64
import binascii
import datetime
import hashlib
import hmac
import json
import multiprocessing
import os
import sys
import zipfile

STREAMS = {1: "Security", 2: "Routine", 3: "Legal"}
LEGAL = 3
SLACK = 2_000_000
EMPTIED, PRUNED, PERSON_ERASED, ACTORS_ERASED, BEGUN_ANEW = "audit.emptied", "audit.pruned", "audit.person_erased", "audit.actors_erased", "audit.key_begun_anew"
KEPT_IN_STUB = ("id", "stream", "utc_microseconds", "leaf", "seq", "seal_id", "stubbed_by")


# ---------------------------------------------------------------- P-256 (FIPS 186-4), so that no other program is needed

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04"
WINDOW = 8


def double(a):
    x, y, z = a
    if not y:
        return 0, 1, 0
    yy = y * y % P
    s = 4 * x * yy % P
    zz = z * z % P
    m = 3 * (x - zz) * (x + zz) % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def add(a, b):
    """A point with three coordinates and one with two (Jacobian and affine)."""
    x1, y1, z1 = a
    if not z1:
        return b[0], b[1], 1
    zz = z1 * z1 % P
    h = (b[0] * zz - x1) % P
    r = (b[1] * zz * z1 - y1) % P
    if not h:
        return (0, 1, 0) if r else double(a)
    hh = h * h % P
    hhh = h * hh % P
    v = x1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def affine(points):
    """All at once, with a single inversion."""
    products, total = [], 1
    for point in points:
        products.append(total)
        total = total * point[2] % P
    inverse, result = pow(total, P - 2, P), [None] * len(points)
    for i in range(len(points) - 1, -1, -1):
        x, y, z = points[i]
        one = inverse * products[i] % P
        inverse = inverse * z % P
        square = one * one % P
        result[i] = (x * square % P, y * square * one % P)
    return result


def table_of(point):
    """Every multiple j * 2^(8 i) of the point, so that multiplying it is adding 32 of them."""
    table, base = [], point
    for _ in range(256 // WINDOW):
        row, current = [], (base[0], base[1], 1)
        for _ in range((1 << WINDOW) - 1):
            row.append(current)
            current = add(current, base)
        table.append(affine(row))
        base = affine([current])[0]
    return table


TABLES = {}


def is_signed(point, message, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not (0 < r < N and 0 < s < N):
        return False
    for known in (G, point):
        if known not in TABLES:
            TABLES[known] = table_of(known)
    inverse = pow(s, N - 2, N)
    z = int.from_bytes(hashlib.sha256(message).digest(), "big")
    total = (0, 1, 0)
    for table, factor in ((TABLES[G], z * inverse % N), (TABLES[point], r * inverse % N)):
        for row in table:
            digit = factor & 255
            factor >>= WINDOW
            if digit:
                total = add(total, row[digit - 1])
    if not total[2]:
        return False
    zz = total[2] * total[2] % P
    return (total[0] - r * zz) % P == 0 or (r + N < P and (total[0] - (r + N) * zz) % P == 0)


def point_of(public_key):
    if len(public_key) != 91 or not public_key.startswith(SPKI):
        return None
    x, y = int.from_bytes(public_key[27:59], "big"), int.from_bytes(public_key[59:], "big")
    return (x, y) if x < P and y < P and (y * y - (x * x * x - 3 * x + B)) % P == 0 else None


def unsigned(batch):
    """Those of (stream, seal, point, message, signature) whose signature is not by their key."""
    return [(stream, seal) for stream, seal, point, message, signature in batch if not is_signed(point, message, signature)]


# ---------------------------------------------------------------- encoding

NULL = b"\xff\xff\xff\xff"
EIGHT = b"\x00\x00\x00\x08"


def pack(values):
    parts = [b"\x01"]
    for value in values:
        if value is None:
            parts.append(NULL)
        elif type(value) is int:
            parts.append(EIGHT)
            parts.append(value.to_bytes(8, "big", signed=True))
        else:
            raw = value.encode() if type(value) is str else value
            parts.append(len(raw).to_bytes(4, "big"))
            parts.append(raw)
    return b"".join(parts)


def uuid_of(text):
    if text is None:
        return None
    raw = bytes.fromhex(text.replace("-", ""))
    if len(raw) != 16 or len(text) != 36:
        raise ValueError("not a UUID")
    return raw


def raw_of(text):
    return None if text is None else binascii.a2b_base64(text, strict_mode=True) if sys.version_info >= (3, 11) else base64.b64decode(text, validate=True)


def number(value):
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError("not an integer")
    return value


def text_or_null(value):
    if value is not None and type(value) is not str:
        raise ValueError("not a text")
    return value


def root_of(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    stack = []
    for i, leaf in enumerate(leaves):
        stack.append(leaf)
        while i & 1:
            right = stack.pop()
            stack.append(hashlib.sha256(b"\x01" + stack.pop() + right).digest())
            i >>= 1
    while len(stack) > 1:
        right = stack.pop()
        stack.append(hashlib.sha256(b"\x01" + stack.pop() + right).digest())
    return stack[0]


# ---------------------------------------------------------------- words

def count(value):
    return f"{value:,}"


def amount(value):
    return f"{count(value)} {'event' if value == 1 else 'events'}"


def span(first, last, one="event", many="events"):
    return f"{one} {count(first)}" if first == last else f"{many} {count(first)} to {count(last)}"


def time(microseconds):
    if microseconds is None:
        return "never"
    try:
        return (datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=microseconds)).strftime("%d %B %Y, %H:%M:%S UTC").lstrip("0")
    except OverflowError:
        return f"{microseconds} µs"


def name_of(stream):
    return STREAMS.get(stream, f"Stream {stream}")


class Unreadable(Exception):
    pass


class Findings:
    """What is wrong. Neighbours with the same fault become one line."""

    def __init__(self):
        self.ranges, self.lines = [], []

    def at(self, stream, first, last, fault, of="event"):
        for known in reversed(self.ranges[-8:]):
            if known[0] == stream and known[3:] == [fault, of] and known[1] <= first <= known[2] + 1:
                known[2] = max(known[2], last)
                return
        self.ranges.append([stream, first, last, fault, of])

    def say(self, line):
        self.lines.append(line)

    def all(self):
        faults = (f"{name_of(stream)}: {span(first, last, of, of + 's')} {fault}" for stream, first, last, fault, of in sorted(self.ranges, key=lambda r: r[:3]))
        return [*self.lines, *faults]


# ---------------------------------------------------------------- the parts of a bundle

class Bundle:
    """The zip, or the folder into which it was unpacked."""

    def __init__(self, path):
        self.folder, self.zip = None, None
        if os.path.isdir(path):
            self.folder = path
            return
        try:
            self.zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as problem:
            raise Unreadable(f"{path} can't be read: {problem}")
        names = self.zip.namelist()
        if len(names) != len(set(names)):
            raise Unreadable("The zip has two files of one name. The portal makes no such zips.")

    def open(self, name):
        try:
            return open(os.path.join(self.folder, name), "rb") if self.folder else self.zip.open(name)
        except (OSError, KeyError):
            raise Unreadable(f"There is no {name} in the proof.")

    def read(self, name):
        with self.open(name) as file:
            try:
                return file.read().decode()
            except (UnicodeDecodeError, zipfile.BadZipFile) as problem:
                raise Unreadable(f"{name} is damaged: {problem}")

    def lines(self, name):
        """One object per line; the brackets and commas of an array are skipped."""
        with self.open(name) as file:
            at = 0
            try:
                for line in file:
                    at += 1
                    line = line.strip().rstrip(b",")
                    if line and line not in (b"[", b"]"):
                        value = json.loads(line)
                        if type(value) is not dict:
                            raise ValueError("not an object")
                        yield value
            except (ValueError, zipfile.BadZipFile) as problem:
                raise Unreadable(f"Line {at} of {name} is damaged: {problem}")


class Key:
    def __init__(self, row):
        self.id, self.public = row["key_id"], raw_of(row["public_key"])
        self.first, self.end = number(row["valid_from"]), None if row["valid_to"] is None else number(row["valid_to"])
        self.endorsed_by, self.endorsement = row["endorsed_by"], raw_of(row["endorsement"])
        self.fingerprint, self.point = hashlib.sha256(self.public).hexdigest(), point_of(self.public)

    def signed_at(self, microseconds):
        return self.first <= microseconds and (self.end is None or microseconds < self.end)


class Keys:
    def __init__(self, bundle, origin, fingerprints, findings):
        self.all = {}
        for row in json.loads(bundle.read("keys.json")):
            try:
                key = Key(row)
            except (KeyError, ValueError, TypeError):
                findings.say(f"Key {row.get('key_id') if type(row) is dict else '?'}: can't be read.")
                continue
            if key.id in self.all or key.point is None or key.id != key.fingerprint[:16]:  # check: key is itself
                findings.say(f"Key {key.id}: the public key isn't the one that this name stands for.")
                continue
            self.all[key.id] = key
        ordered = sorted(self.all.values(), key=lambda key: (key.first, key.endorsed_by is not None))
        roots = [key for key in ordered if key.endorsed_by is None]
        self.root, self.breaks = (roots[0] if roots else None), roots[1:]
        if self.root is None:  # check: a first key
            findings.say("Keys: there is no first key, with which the chain would begin.")
        if fingerprints and (self.root is None or self.root.fingerprint not in fingerprints):  # check: fingerprint
            findings.say("Keys: the first key isn't the one of the fingerprint that you gave. This log was made by somebody else, or rewritten from the beginning.")
        self.trusted = set()
        for key in ordered:
            by = key if key.endorsed_by is None else self.all.get(key.endorsed_by)
            statement = pack(["UA-key-1", origin[0], origin[1], key.id, key.public, key.first])
            if by is None or (by is not key and by.id not in self.trusted) or not is_signed(by.point, statement, key.endorsement):  # check: endorsement
                findings.say(f"Key {key.id}: no key before it vouches for it. Everything that it signed may be forged.")
            elif by is not key and not (by.first <= key.first and (by.end is None or key.first <= by.end)):  # check: endorsed in time
                findings.say(f"Key {key.id}: the key that vouches for it wasn't valid any more when it began ({time(key.first)}).")
            else:
                self.trusted.add(key.id)
            before = [self.all[known] for known in self.trusted if known != key.id] if by is key else [by] if by else []
            for other in before:
                if other.end is None or other.end > key.first:  # check: predecessor ended
                    findings.say(f"Key {other.id}: was to end on {time(key.first)}, when key {key.id} took over, but its end was changed.")

    def by_hint(self, hint):
        return [key for key in self.all.values() if bytes.fromhex(key.fingerprint)[:4] == hint]


class Checkpoint:
    """A signed note. Only its words count, since mail programs break lines; raises ValueError when it isn't one."""

    def __init__(self, words, source):
        self.source, (self.origin, rows, hash_text, seal_word, seal, sealed, _, signer, signature) = source, words
        self.rows, self.hash, self.seal, self.sealed, self.stream = int(rows), raw_of(hash_text), int(seal), int(sealed), int(self.origin.rsplit("/", 1)[1])
        signature = raw_of(signature)
        if seal_word != "seal" or signer != self.origin or len(signature) != 68:
            raise ValueError("not a checkpoint")
        self.hint, self.signature, self.text = signature[:4], signature[4:], f"{self.origin}\n{self.rows}\n{hash_text}\nseal {self.seal} {self.sealed}\n".encode()

    def is_signed_by(self, keys):
        return any(key.id in keys.trusted and (key.end is None or self.sealed < key.end) and is_signed(key.point, self.text, self.signature) for key in keys.by_hint(self.hint))

    def __str__(self):
        return f"{self.source} of {time(self.sealed)}"


def checkpoints_in(text, source, findings):
    words, notes = text.split(), []
    for i, word in enumerate(words):
        if word == "—":
            try:
                notes.append(Checkpoint(words[max(0, i - 6):i + 3], source))
            except (ValueError, IndexError, TypeError):
                findings.say(f"A checkpoint ({source}) can't be read. It ends with: {' '.join(words[i:i + 3])[:120]}")
    if words and not notes:
        findings.say(f"There is no checkpoint in what should be {source}. It starts with: {' '.join(words)[:80]}")
    return notes


# ---------------------------------------------------------------- events

def leaf_of(event):
    """(leaf, whether the actor is erased, whether the target is); ValueError or a commitment that is None tells of a change."""
    erased, commitments = [], []
    for part, names in (("actor", ("actor_name", "impersonator_name", "address")), ("target", ("target_name", "reason", "changes"))):
        salt, commitment = raw_of(event[part + "_salt"]), raw_of(event[part + "_commitment"])
        values = [text_or_null(event[name]) for name in names]
        if salt is None:
            if any(values):  # check: erased is empty
                raise ValueError("an erased part has a text")
        elif hmac.digest(salt, pack(values), "sha256") != commitment:  # check: commitment
            raise ValueError("a part doesn't fit its commitment")
        erased.append(salt is None)
        commitments.append(commitment)
    leaf = hashlib.sha256(b"\x00" + pack((
        uuid_of(event["id"]), number(event["stream"]), number(event["utc_microseconds"]), number(event["actor_kind"]), uuid_of(event["actor_id"]), uuid_of(event["impersonator_id"]),
        text_or_null(event["action"]), number(event["category"]), number(event["outcome"]), uuid_of(event["target_id"]), uuid_of(event["session_id"]),
        text_or_null(event["correlation_id"]), commitments[0], commitments[1]))).digest()
    return leaf, erased[0], erased[1]


def facts_of(event):
    """What an event of retention says in its changes."""
    try:
        return {change["field"]: change["after"] for change in json.loads(event["changes"] or "[]")}
    except (ValueError, KeyError, TypeError):
        return {}


def in_ranges(value, ranges):
    for part in (ranges or "").split(","):
        first, _, last = part.partition("-")
        if first.isdigit() and (last.isdigit() or not last) and int(first) <= value <= int(last or first):
            return True
    return False


class Verification:
    def __init__(self, bundle, fingerprints=(), own=None, tell=None):
        self.bundle, self.findings, self.notes, self.removed = bundle, Findings(), [], []
        self.tell = tell or (lambda text: None)
        try:
            self.policy = json.loads(bundle.read("policy.json"))
            self.installation, self.tenant = self.policy["installation"], self.policy["tenant"]
        except (ValueError, KeyError, TypeError) as problem:
            raise Unreadable(f"policy.json is damaged: {problem}")
        self.is_whole = self.policy.get("range") is None
        try:
            self.keys = Keys(bundle, (self.installation, self.tenant), fingerprints, self.findings)
        except (ValueError, TypeError, AttributeError) as problem:
            raise Unreadable(f"keys.json is damaged: {problem}")
        self.fingerprints, self.has_own = fingerprints, own is not None
        self.awaited = {}
        for note in checkpoints_in(bundle.read("checkpoints.txt"), "the checkpoint in the proof", self.findings) + checkpoints_in(own or "", "your checkpoint", self.findings):
            self.take(note)
        self.streams = {}
        self.batch, self.pending, self.pool = [], [], None
        self.stubs, self.pruned = {}, {}
        self.erased_actors, self.erased_targets = {}, {}
        self.emptied, self.prunings, self.people, self.actors_before, self.begun_anew = {}, {}, set(), {}, {}
        self.events_read = 0

    def take(self, note):
        if note.origin != f"{self.installation}/{self.tenant}/{note.stream}":  # check: checkpoint origin
            self.findings.say(f"{str(note).capitalize()}: it is about another log ({note.origin}).")
        elif not note.is_signed_by(self.keys):  # check: checkpoint signature
            self.findings.say(f"{str(note).capitalize()}: its signature isn't by a key of this log. Either it isn't genuine, or the keys were replaced.")
            self.awaited.setdefault((note.stream, note.seal), []).append(note)
        else:
            self.awaited.setdefault((note.stream, note.seal), []).append(note)

    # Which events of a stream an erasure of addresses claims, so that others can be told from them; whether the claim holds is judged at the end.
    def claims(self):
        limits = {}
        with self.bundle.open("events.ndjson") as file:
            try:
                for line in file:
                    if b'"audit.actors_erased"' in line:
                        facts = facts_of(json.loads(line))
                        if str(facts.get("stream", "")).isdigit() and str(facts.get("before", "")).isdigit():
                            limits[int(facts["stream"])] = max(int(facts["before"]), limits.get(int(facts["stream"]), 0))
            except (ValueError, TypeError, zipfile.BadZipFile) as problem:
                raise Unreadable(f"events.ndjson is damaged: {problem}")
        return limits

    # The two files are read side by side, so that never more than one seal's events are in memory.
    def run(self):
        self.limits = self.claims()
        events = self.ordered()
        ahead = next(events, None)
        last = (0, 0)
        for row in self.bundle.lines("seals.json"):
            try:
                seal = Seal(row)
            except (KeyError, ValueError, TypeError):
                self.findings.say(f"Seal {row.get('seal_id')} of stream {row.get('stream')}: can't be read.")
                continue
            if (seal.stream, seal.id) <= last:  # check: seals in order
                self.findings.at(seal.stream, seal.id, seal.id, "stands twice or out of order: it was inserted", "seal")
                continue
            last = (seal.stream, seal.id)
            mine = []
            while ahead is not None and (ahead["stream"], ahead["seq"]) <= (seal.stream, seal.last):
                if (ahead["stream"], ahead["seq"]) < (seal.stream, seal.first):  # check: event under a seal
                    self.findings.at(ahead["stream"], ahead["seq"], ahead["seq"], "was inserted: no seal covers it")
                else:
                    mine.append(ahead)
                ahead = next(events, None)
            self.check_seal(seal, mine)
        while ahead is not None:
            self.findings.at(ahead["stream"], ahead["seq"], ahead["seq"], "was inserted: no seal covers it")  # check: event behind the last seal
            ahead = next(events, None)
        self.finish_signatures()
        self.finish()
        return not self.findings.all()

    def ordered(self):
        place = (0, 0)
        for event in self.bundle.lines("events.ndjson"):
            self.events_read += 1
            if self.events_read % 20000 == 0:
                self.tell(f"{count(self.events_read)} events")
            try:
                here = (number(event["stream"]), number(event["seq"]))
            except (KeyError, ValueError):
                self.findings.say(f"An event without a place ({event.get('id')}) was inserted.")
                continue
            if here <= place:  # check: events in order
                self.findings.at(here[0], here[1], here[1], "stands twice or out of order: one was inserted")
                continue
            place = here
            yield event

    def check_seal(self, seal, events):
        state = self.streams.get(seal.stream)
        key = self.keys.all.get(seal.key_id)
        found = hashlib.sha256(pack((
            "UA-seal-1", f"{self.installation}/{self.tenant}/{seal.stream}", seal.id, seal.first, seal.rows, seal.minimum, seal.maximum, seal.root, seal.previous, seal.sealed, seal.key_id))).digest()
        if found != seal.hash:  # check: seal hash
            self.findings.at(seal.stream, seal.id, seal.id, f"was changed ({span(seal.first, seal.last)}): what it says doesn't fit its hash", "seal")
        if key is None or key.id not in self.keys.trusted:  # check: seal key known
            self.findings.at(seal.stream, seal.id, seal.id, "is signed with a key that nobody vouches for: forged", "seal")
        elif key is not None and not key.signed_at(seal.sealed):  # check: seal in the time of its key
            self.findings.at(seal.stream, seal.id, seal.id, f"is signed with key {key.id} outside of that key's time: forged", "seal")
        if key is not None:
            self.sign_later(seal, key, found)
        if state is None:
            state = self.streams[seal.stream] = Stream(seal)
            if seal.id != 1:
                self.gap(seal, 1, 1)
        elif seal.id != state.seal + 1:  # check: seals without a gap
            self.gap(seal, state.seal + 1, state.seq + 1)
        elif seal.previous != state.hash:  # check: chain
            self.findings.at(seal.stream, state.seal, seal.id, "don't follow each other: one of them was replaced, or what was between them removed", "seal")
        elif seal.first != state.seq + 1:  # check: numbers without a gap
            self.findings.at(seal.stream, seal.id, seal.id, f"begins with {span(seal.first, seal.first)} instead of {count(state.seq + 1)}", "seal")
        if seal.id == 1 and (seal.previous != bytes(32) or seal.first != 1):  # check: beginning
            self.findings.at(seal.stream, 1, 1, "isn't the first: what was before it was removed", "seal")
        if seal.sealed < state.sealed - SLACK:  # check: time of seals
            self.findings.at(seal.stream, seal.id, seal.id, f"was made before the seal in front of it ({time(seal.sealed)})", "seal")
        self.compare_checkpoints(seal, found)
        state.move(seal, found)
        if seal.pruned_by is not None and not events:
            self.pruned.setdefault((seal.pruned_by, seal.stream), []).append((seal.id, seal.first, seal.last))
        else:
            self.check_events(seal, events)

    def gap(self, seal, first_seal, first_event):
        missing = "is missing" if first_seal == seal.id - 1 else "are missing"
        fault = f"{missing} with {span(first_event, seal.first - 1)}" if seal.first > first_event else missing
        if self.is_whole:  # check: whole
            self.findings.at(seal.stream, first_seal, seal.id - 1, fault, "seal")
        else:
            self.notes.append(f"{name_of(seal.stream)}: {span(first_seal, seal.id - 1, 'seal', 'seals')} {'is' if first_seal == seal.id - 1 else 'are'} not in this proof, which is a part of the log.")

    def compare_checkpoints(self, seal, found):
        for note in self.awaited.pop((seal.stream, seal.id), ()):
            if note.hash != found or note.sealed != seal.sealed:  # check: checkpoint on the chain
                self.findings.say(f"{name_of(seal.stream)}: {note} says something else about {span(1, seal.last)} than this log. The log was rewritten, or put back to an older copy and continued.")
            elif note.rows != seal.last:  # check: checkpoint rows
                self.findings.say(f"{name_of(seal.stream)}: {note} counts {count(note.rows)} events, the log {count(seal.last)}.")
            elif note.source == "your checkpoint":
                self.notes.append(f"{name_of(seal.stream)}: agrees with your checkpoint of {time(note.sealed)} ({count(note.rows)} events).")

    def check_events(self, seal, events):
        stored, computed, numbers, changed, times = [], [], [], [], []
        witnesses, erasures = [], []
        for event in events:
            seq = event["seq"]
            numbers.append(seq)
            try:
                leaf, at = raw_of(event["leaf"]), number(event["utc_microseconds"])
                uuid_of(event["id"])
                if event.get("stubbed_by") is not None:
                    if any(event.get(name) not in (None, "") for name in event if name not in KEPT_IN_STUB):  # check: stub is empty
                        raise ValueError("a stub with a text")
                    found = leaf
                    self.stub(event, at)
                else:
                    found, actor, target = leaf_of(event)
                    if actor or target:
                        erasures.append((event, actor, target))
                    if seal.stream == LEGAL and not target and event["action"] in (EMPTIED, PRUNED, PERSON_ERASED, ACTORS_ERASED, BEGUN_ANEW):
                        witnesses.append(event)
                if found != leaf:  # check: leaf
                    changed.append(seq)
                if event["seal_id"] != seal.id:  # check: event names its seal
                    changed.append(seq)
                if leaf is None or len(leaf) != 32:
                    raise ValueError("no leaf")
            except (KeyError, ValueError, TypeError, OverflowError, AttributeError, UnicodeEncodeError):
                changed.append(seq)
                leaf, found, at = event.get("leaf"), b"", None
                try:
                    leaf = raw_of(leaf) or b""
                except (ValueError, TypeError):
                    leaf = b""
            stored.append(leaf)
            computed.append(found)
            times.append(at)
        for seq in changed:
            self.findings.at(seal.stream, seq, seq, "was changed after it was sealed")
        if len(events) != seal.rows:  # check: no event is missing
            self.missing(seal, numbers)
            return
        if root_of(stored) != seal.root and (not changed or root_of(computed) != seal.root):  # check: root
            self.displaced(seal, events, stored)
            return
        known = [at for at in times if at is not None]
        if (min(known, default=None), max(known, default=None)) != (seal.minimum, seal.maximum) and not changed:  # check: times under the seal
            outside = [seq for seq, at in zip(numbers, times) if not (seal.minimum is not None and seal.minimum <= at <= seal.maximum)]
            for seq in outside or numbers:
                self.findings.at(seal.stream, seq, seq, "has another time than when it was sealed")
        good = set(changed)
        for event in witnesses:
            if event["seq"] not in good:
                self.witness(event)
        for event, actor, target in erasures:
            self.erasure(event, actor, target)

    def missing(self, seal, numbers):
        expected = seal.first
        for seq in [*numbers, seal.last + 1]:
            if seq > expected:
                self.findings.at(seal.stream, expected, seq - 1, "was removed, and nothing recorded allows it" if seq - 1 == expected else "were removed, and nothing recorded allows it")
            expected = seq + 1

    def displaced(self, seal, events, stored):
        by_id = sorted(range(len(events)), key=lambda i: str(events[i].get("id")))
        if root_of([stored[i] for i in by_id]) == seal.root:
            places = [events[i]["seq"] for i in range(len(events)) if by_id[i] != i]
            self.findings.say(f"{name_of(seal.stream)}: events {', '.join(count(seq) for seq in places[:20])}{' …' if len(places) > 20 else ''} were swapped: they don't stand where they were sealed.")
        else:
            self.findings.at(seal.stream, seal.first, seal.last, "aren't those that were sealed: changed together with their hashes, replaced or swapped" if seal.rows > 1 else "isn't the one that was sealed")

    # Removing and blanking are right only when a sealed event tells of it. Such events may come later in the file.
    def stub(self, event, at):
        known = self.stubs.setdefault((event["stubbed_by"], event["stream"]), [event["seq"], event["seq"], at, 0])
        known[1], known[2], known[3] = event["seq"], max(known[2], at), known[3] + 1

    def erasure(self, event, actor, target):
        for is_erased, known, people in ((actor, self.erased_actors, (event["actor_id"], event["impersonator_id"])), (target, self.erased_targets, (event["target_id"],))):
            if is_erased:
                entry = known.setdefault((event["stream"], people, event["utc_microseconds"] < self.limits.get(event["stream"], 0)), [event["seq"], event["seq"], 0, event["utc_microseconds"]])
                entry[1], entry[2], entry[3] = event["seq"], entry[2] + 1, max(entry[3], event["utc_microseconds"])

    def witness(self, event):
        facts = facts_of(event)
        stream = int(facts["stream"]) if str(facts.get("stream", "")).isdigit() else 0
        before = int(facts["before"]) if str(facts.get("before", "")).isdigit() else 0
        if event["action"] == EMPTIED:
            events = facts.get("events") or ""
            self.emptied[event["id"]] = (stream, before, int(events) if events.isdigit() else 0, event)
        elif event["action"] == PRUNED:
            self.prunings[event["id"]] = (stream, facts.get("seals"), event)
        elif event["action"] == PERSON_ERASED and event["target_id"] is not None:
            self.people.add(event["target_id"])
        elif event["action"] == ACTORS_ERASED:
            self.actors_before[stream] = max(before, self.actors_before.get(stream, 0))
        elif event["action"] == BEGUN_ANEW:
            self.begun_anew[event["target_name"]] = event

    def sign_later(self, seal, key, found):
        self.batch.append((seal.stream, seal.id, key.point, found, seal.signature))
        if len(self.batch) >= 500:
            # A log of years has hundreds of thousands of seals: then every processor helps.
            if self.pool is None and len(self.pending) >= 4 and (os.cpu_count() or 1) > 1:
                self.pool = multiprocessing.Pool()
            self.pending.append(self.pool.apply_async(unsigned, (self.batch,)) if self.pool else unsigned(self.batch))
            self.batch = []

    def finish_signatures(self):
        results = [*self.pending, unsigned(self.batch)]
        for i, result in enumerate(results):
            self.tell(f"signatures {100 * i // len(results)} %")
            for stream, seal in result if type(result) is list else result.get():
                self.findings.at(stream, seal, seal, "has a signature that isn't by its key: forged", "seal")  # check: seal signature
        if self.pool:
            self.pool.close()
            self.pool.join()

    def finish(self):
        for (by, stream), (first, last, newest, number_of) in sorted(self.stubs.items(), key=lambda item: (item[0][1], item[1][0])):
            told = self.emptied.get(by)
            if told is None or told[0] != stream or newest >= told[1] or number_of > told[2]:  # check: emptying was recorded
                self.findings.say(f"{name_of(stream)}: the contents of {amount(number_of)} ({span(first, last)}) were removed, and nothing recorded allows it.")
            else:
                self.removed.append(f"{name_of(stream)}: the contents of {amount(number_of)} ({span(first, last)}) were removed on {self.by(told[3])}; all are from before {time(told[1])}.")
        for (by, stream), seals in sorted(self.pruned.items(), key=lambda item: (item[0][1], item[1][0])):
            told = self.prunings.get(by)
            for (first_seal, last_seal, first, last) in together(seals):
                events = f"{span(first, last)} ({span(first_seal, last_seal, 'seal', 'seals')})" if last >= first else span(first_seal, last_seal, "empty seal", "empty seals")
                events += " was removed" if first == last else " were removed"
                if told is None or told[0] != stream or not all(in_ranges(seal, told[1]) for seal in range(first_seal, last_seal + 1)):  # check: pruning was recorded
                    self.findings.say(f"{name_of(stream)}: {events}, and nothing recorded allows it.")
                else:
                    self.removed.append(f"{name_of(stream)}: {events} on {self.by(told[2])}.")
        unknown_actors = [(key, entry) for key, entry in self.erased_actors.items()
                          if not (self.people & set(key[1]) or entry[3] < self.actors_before.get(key[0], 0))]
        unknown_targets = [(key, entry) for key, entry in self.erased_targets.items() if not self.people & set(key[1])]
        for what, entries in (("who did it", unknown_actors), ("what it was about", unknown_targets)):
            for (stream, _, _), (first, last, number_of, _) in sorted(entries, key=lambda item: (item[0][0], item[1][0])):  # check: erasure was recorded
                self.findings.say(f"{name_of(stream)}: {what} was erased from {amount(number_of)} ({span(first, last)}), and nothing recorded allows it.")
        erased = [sum(e[2] for e in known.values()) - sum(e[2] for _, e in unknown) for known, unknown in ((self.erased_actors, unknown_actors), (self.erased_targets, unknown_targets))]
        if any(erased):
            self.removed.append(f"Personal data was erased: who did it in {amount(erased[0])}, what it was about in {amount(erased[1])}. Their places, times and kinds are proven all the same.")
        self.finish_breaks()
        self.finish_checkpoints()
        self.finish_notes()

    # A key that no key vouches for is right only when a sealed event tells who decided that, and, for whoever brings fingerprints, when its own is among them.
    def finish_breaks(self):
        for key in self.keys.breaks:
            told, known = self.begun_anew.get(key.id), not self.fingerprints or key.fingerprint in self.fingerprints
            if told is None:  # check: break was recorded
                self.findings.say(f"Key {key.id}: a chain begins with it on {time(key.first)}, no key before it vouches for it, and no sealed event tells who decided that. Everything that it signed may be forged.")
            if told is not None and not known:  # check: fingerprint of a break
                self.findings.say(f"Key {key.id}: the log says that the key before was lost and that it went on with this one on {self.by(told)}. But its fingerprint isn't among those that you gave: {key.fingerprint}. "
                                  "If it was noted down at the time, give it as well.")
            elif told is not None:
                self.notes.append(f"The key before was lost, and the log went on with key {key.id}, which it didn't vouch for, on {self.by(told)}. "
                                  f"Compare the last checkpoint from before with this log{'' if self.fingerprints else f', and the fingerprint with the one that was noted down: {key.fingerprint}'}.")

    def by(self, event):
        return f"{time(event['utc_microseconds'])} by {event['actor_name'] or 'somebody whose name was erased'}" + (f" ({event['reason']})" if event["reason"] else "") + f", event {event['id']}"

    def finish_checkpoints(self):
        for (stream, seal), notes in sorted(self.awaited.items()):
            state = self.streams.get(stream)
            for note in notes:
                end = state.seq if state else 0
                if seal > (state.seal if state else 0) and (self.is_whole or note.source == "your checkpoint"):  # check: tail
                    self.findings.say(f"{name_of(stream)}: the end is missing. {str(note).capitalize()} knows {count(note.rows)} events up to seal {count(seal)}, this log ends with event {count(end)}"
                                      + (f": events {count(end + 1)} to {count(note.rows)} were cut off, or an older copy was put back." if self.is_whole else ". Ask for a proof of everything."))
                elif note.source == "your checkpoint":
                    self.findings.say(f"{name_of(stream)}: {note} can't be compared: seal {count(seal)} is not in this proof. Ask for a proof of everything.")

    def finish_notes(self):
        unsealed, made = self.policy.get("unsealed") or {}, self.policy.get("made_at")
        if type(made) is int and type(unsealed.get("oldest")) is int and unsealed["oldest"] < made - 300_000_000:  # check: sealer ran
            self.findings.say(f"{count(unsealed.get('count', 0))} events were waiting for a seal, the oldest since {time(unsealed['oldest'])}: sealing stood still, so they aren't protected.")
        if self.is_whole and type(made) is int and self.streams:
            newest = max(state.sealed for state in self.streams.values())
            if newest < made - 2 * 86_400_000_000:
                self.notes.append(f"The newest seal is of {time(newest)}, long before this proof was made. Compare it with a checkpoint of your own.")
        if not self.fingerprints:
            self.notes.append("You gave no fingerprint, so it isn't proven whose log this is. The fingerprint was printed when the portal was installed; give it with --fingerprint.")
        if not self.has_own:
            self.notes.append("You gave no checkpoint of your own. Whoever controls the server and its keys could have rewritten the log; only a checkpoint that you keep elsewhere tells. Give it with --checkpoint.")

    def report(self, out):
        faults = self.findings.all()
        def say(line=""):
            print(line, file=out)
        say(f"Audit log of the tenant {self.tenant}, installation {self.installation}")
        made = self.policy.get("made_at")
        say(f"Taken out on {time(made) if type(made) is int else 'an unknown day'}: {'everything' if self.is_whole else 'a part'}")
        say(f"First key: {self.keys.root.fingerprint if self.keys.root else 'none'}")
        say()
        for stream, state in sorted(self.streams.items()):
            say(f"{name_of(stream)}: {count(state.seals)} seals, up to event {count(state.seq)}, the last of {time(state.sealed)}")
        for title, lines in (("Removed under the rules (this is as it should be):", self.removed), ("Good to know:", self.notes), ("What is wrong:", faults)):
            if lines:
                say()
                say(title)
                for line in lines[:500]:
                    say(f"  - {line}")
                if len(lines) > 500:
                    say(f"  - and {count(len(lines) - 500)} more")
        say()
        say("RESULT: NOT INTACT. What is listed above was altered, removed, inserted or forged, or can't be proven." if faults
            else "RESULT: INTACT. Every event in this proof is as it was when it was sealed, and none is missing.")


class Seal:
    def __init__(self, row):
        self.stream, self.id, self.first, self.rows = number(row["stream"]), number(row["seal_id"]), number(row["first_seq"]), number(row["row_count"])
        self.minimum = None if row["min_utc_microseconds"] is None else number(row["min_utc_microseconds"])
        self.maximum = None if row["max_utc_microseconds"] is None else number(row["max_utc_microseconds"])
        self.root, self.previous, self.hash, self.signature = (raw_of(row[name]) for name in ("root", "prev_hash", "hash", "signature"))
        self.sealed, self.key_id, self.pruned_by = number(row["sealed_utc_microseconds"]), row["key_id"], row["pruned_by"]
        if self.rows < 0 or type(self.key_id) is not str or None in (self.root, self.previous, self.hash, self.signature):
            raise ValueError("not a seal")
        self.last = self.first + self.rows - 1


class Stream:
    """How far a stream was read."""

    def __init__(self, seal):
        self.seal, self.seq, self.hash, self.sealed, self.seals = seal.id - 1, seal.first - 1, seal.previous, seal.sealed, 0

    def move(self, seal, found):
        self.seal, self.seq, self.hash, self.sealed, self.seals = seal.id, seal.last, found, seal.sealed, self.seals + 1


def together(seals):
    """Neighbouring (seal, first event, last event) as ranges."""
    ranges = []
    for seal, first, last in seals:
        if ranges and ranges[-1][1] == seal - 1:
            ranges[-1] = (ranges[-1][0], seal, ranges[-1][2], last)
        else:
            ranges.append((seal, seal, first, last))
    return ranges


def main():
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = argparse.ArgumentParser(description="Checks a proof that was taken out of the audit log of UserAdmin.")
    arguments.add_argument("bundle", help="the zip, or the folder into which it was unpacked")
    arguments.add_argument("--checkpoint", action="append", default=[], metavar="FILE", help="a checkpoint that you kept (may be given more than once)")
    arguments.add_argument("--fingerprint", metavar="HEX", action="append", default=[],
                           help="the fingerprint of the first key, as printed when the portal was installed, and that of each key with which the log was begun anew (may be given more than once)")
    given = arguments.parse_args()
    fingerprints = ["".join(c for c in text.lower() if c in "0123456789abcdef") for text in given.fingerprint]
    if any(len(fingerprint) != 64 for fingerprint in fingerprints):
        print("A fingerprint has 64 hexadecimal digits.", file=sys.stderr)
        return 2
    def tell(text):
        if sys.stderr.isatty():
            print(f"\r{text:<40}", end="", file=sys.stderr, flush=True)
    try:
        own = None
        for path in given.checkpoint:
            with open(path, encoding="utf-8-sig") as file:
                own = (own or "") + file.read() + "\n\n"
        verification = Verification(Bundle(given.bundle), fingerprints, own, tell)
        good = verification.run()
    except (Unreadable, OSError, UnicodeDecodeError) as problem:
        print(f"The proof can't be read. {problem}", file=sys.stderr)
        return 2
    tell("")
    verification.report(sys.stdout)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
