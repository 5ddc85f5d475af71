#!/usr/bin/env python3
"""Makes UserAdmin.Tests/Audit/vectors.json from docs/audit-format.md alone: the standard library for hashes, openssl for keys and signatures.

Signatures differ at every run, so the file is made anew only when the format changes."""
import base64, hashlib, hmac, json, os, subprocess, sys, tempfile, uuid

INSTALLATION, TENANT = "0193a1b2-0000-7abc-8def-0123456789ab", "default"
START = 1_795_219_200_000_000  # 2026-11-21 00:00:00 UTC


def b64(data): return None if data is None else base64.b64encode(data).decode()


def fields(*values):
    out = b"\x01"
    for value in values:
        if value is None:
            out += b"\xff\xff\xff\xff"
            continue
        data = (value.encode() if isinstance(value, str) else value.to_bytes(8, "big", signed=True) if isinstance(value, int)
                else value.bytes if isinstance(value, uuid.UUID) else value)
        out += len(data).to_bytes(4, "big") + data
    return out


def sha(data): return hashlib.sha256(data).digest()


def root(leaves):
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return sha(b"\x01" + root(leaves[:left]) + root(leaves[left:]))


def openssl(*arguments, stdin=None): return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True).stdout


class Key:
    def __init__(self, folder, number):
        self.file = os.path.join(folder, f"{number}.pem")
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.file)
        self.public = openssl("pkey", "-in", self.file, "-pubout", "-outform", "DER")
        self.fingerprint = sha(self.public).hex()
        self.id = self.fingerprint[:16]

    def sign(self, data):
        der = openssl("dgst", "-sha256", "-sign", self.file, stdin=data)
        # SEQUENCE { INTEGER r, INTEGER s }
        at, parts = 2, []
        for _ in range(2):
            length = der[at + 1]
            parts.append(int.from_bytes(der[at + 2:at + 2 + length], "big").to_bytes(32, "big"))
            at += 2 + length
        return b"".join(parts)


def event(number, stream, **values):
    e = dict(id=str(uuid.UUID(int=(0x0193a1b20001 << 80) | (7 << 76) | (number << 64) | (2 << 62) | number)), stream=stream, utc_microseconds=START + number * 1_000_003,
             actor_kind=1, actor_id=None, actor_name="", impersonator_id=None, impersonator_name=None, action="user.edited", category=2, outcome=1,
             target_id=None, target_name=None, reason=None, changes=None, address=None, session_id=None, correlation_id=None)
    e.update(values)
    e["actor_salt"], e["target_salt"] = bytes((number * 16 + i) % 256 for i in range(16)), bytes((200 + number * 16 + i) % 256 for i in range(16))
    actor, target = fields(e["actor_name"], e["impersonator_name"], e["address"]), fields(e["target_name"], e["reason"], e["changes"])
    e["actor_commitment"] = hmac.new(e["actor_salt"], actor, hashlib.sha256).digest()
    e["target_commitment"] = hmac.new(e["target_salt"], target, hashlib.sha256).digest()
    as_id = lambda name: None if e[name] is None else uuid.UUID(e[name])
    whole = fields(as_id("id"), stream, e["utc_microseconds"], e["actor_kind"], as_id("actor_id"), as_id("impersonator_id"), e["action"], e["category"], e["outcome"],
                   as_id("target_id"), as_id("session_id"), e["correlation_id"], e["actor_commitment"], e["target_commitment"])
    e["leaf"] = sha(b"\x00" + whole)
    e["between"] = dict(actor_fields=actor, target_fields=target, leaf_fields=whole)
    return e


def erase(e, part):
    e[f"{part}_salt"] = None
    for name in ("actor_name", "impersonator_name", "address") if part == "actor" else ("target_name", "reason", "changes"):
        e[name] = "" if name == "actor_name" else None
    del e["between"][f"{part}_fields"]
    return e


def stub(e, by):
    kept = {name: e[name] for name in ("id", "stream", "utc_microseconds", "leaf")}
    return dict(kept, stubbed_by=by)


def main(file):
    with tempfile.TemporaryDirectory() as folder:
        keys = [Key(folder, number) for number in range(2)]
        changed = START + 3_600_000_000
        rows = [dict(valid_from=START - 1_000_000, valid_to=changed, endorsed_by=None), dict(valid_from=changed, valid_to=None, endorsed_by=keys[0].id)]
        for key, row in zip(keys, rows):
            row.update(key_id=key.id, fingerprint=key.fingerprint, public_key=key.public)
            row["endorsed"] = fields("UA-key-1", INSTALLATION, TENANT, key.id, key.public, row["valid_from"])
            row["endorsement"] = keys[0].sign(row["endorsed"])

        person, other, session = "0193a1b2-1111-7000-8000-000000000001", "0193a1b2-2222-7000-9000-000000000002", "0193a1b2-3333-7000-a000-000000000003"
        text = dict(actor_id=person, actor_name="Alice Archer", target_id=other, target_name="Carol Cooper", address="192.0.2.1", session_id=session, correlation_id="0HN7")
        events = [
            event(1, 1, **text, changes='[{"field":"City","before":"Berlin","after":"Hamburg"}]'),
            event(2, 1, **dict(text, actor_name="Zoë 🦊 Łuczak", target_name="👩‍👩‍👧‍👦 family", reason="😀 done")),
            event(3, 1, actor_kind=2, actor_name="System", action="user.purged"),
            event(4, 1, **dict(text, actor_name="", target_name="", reason="", changes="", address="", correlation_id="")),
            event(5, 1, **dict(text, actor_name="نور الدين", target_name="שרה כהן", reason="\u202eright to left\u202c and back", address="2001:db8::1")),
            event(6, 1, **dict(text, actor_name="x" * 410, reason="long " * 200, changes=json.dumps([dict(field=f"Field{i}", before="é" * 40, after="e\u0301" * 40) for i in range(60)], ensure_ascii=False))),
            event(7, 1, **dict(text, impersonator_id=other, impersonator_name="Erin Evans", outcome=3, action="access.denied", category=6)),
            erase(event(8, 1, **text, reason="kept"), "actor"),
            erase(event(9, 1, **text, reason="gone"), "target"),
        ]
        teller = event(20, 3, actor_kind=2, actor_name="System", action="audit.pruned", category=5, target_name="the events of a test")
        events.append(stub(event(10, 1, **text), teller["id"]))
        events.append(teller)

        seals, heads = [], {}
        plan = [(1, 4, 0, START + 60_000_000), (1, 0, 0, START + 120_000_000), (1, 6, 1, changed), (3, 1, 1, changed + 60_000_000)]
        for stream, count, signer, at in plan:
            number, seq, previous = heads.get(stream, (0, 0, bytes(32)))
            covered = [e for e in events if e["stream"] == stream][seq:seq + count]
            for i, e in enumerate(covered):
                e["seq"], e["seal_id"] = seq + 1 + i, number + 1
            times = [e["utc_microseconds"] for e in covered]
            seal = dict(stream=stream, seal_id=number + 1, first_seq=seq + 1, row_count=count, min_utc_microseconds=min(times, default=None), max_utc_microseconds=max(times, default=None),
                        root=root([e["leaf"] for e in covered]), prev_hash=previous, sealed_utc_microseconds=at, key_id=keys[signer].id)
            origin = f"{INSTALLATION}/{TENANT}/{stream}"
            hashed = fields("UA-seal-1", origin, seal["seal_id"], seal["first_seq"], count, seal["min_utc_microseconds"], seal["max_utc_microseconds"], seal["root"], previous, at, seal["key_id"])
            seal.update(hash=sha(hashed), between=dict(origin=origin, hash_fields=hashed))
            seal["signature"] = keys[signer].sign(seal["hash"])
            seals.append(seal)
            heads[stream] = (number + 1, seq + count, seal["hash"])

        checkpoints = []
        for stream, seal in ((1, seals[2]), (3, seals[3])):
            origin = f"{INSTALLATION}/{TENANT}/{stream}"
            signed = f"{origin}\n{heads[stream][1]}\n{b64(seal['hash'])}\nseal {seal['seal_id']} {seal['sealed_utc_microseconds']}\n"
            note = f"{signed}\n— {origin} {b64(bytes.fromhex(keys[1].fingerprint)[:4] + keys[1].sign(signed.encode()))}\n"
            checkpoints.append(dict(stream=stream, seal_id=seal["seal_id"], rows=heads[stream][1], note=note))

        samples = [
            (), (None,), ("",), ("a", "bc"), ("ab", "c"), (0,), (-1,), (START,), (uuid.UUID(person),), (b"\x00\xff",), ("🦊", None, "", 1, uuid.UUID(other), b"")]
        kind = lambda v: None if v is None else {"text": v} if isinstance(v, str) else {"integer": v} if isinstance(v, int) else {"uuid": str(v)} if isinstance(v, uuid.UUID) else {"bytes": b64(v)}
        leaves = [sha(bytes([0, i])) for i in range(9)]
        vectors = dict(
            about="Examples for docs/audit-format.md, made by eng/make-audit-vectors.py. Bytes are in Base64.",
            installation=INSTALLATION, tenant=TENANT,
            fields=[dict(values=[kind(v) for v in sample], bytes=fields(*sample)) for sample in samples],
            roots=[dict(leaves=leaves[:n], root=root(leaves[:n])) for n in range(10)],
            keys=rows, events=events, seals=seals, checkpoints=checkpoints)

    with open(file, "w", encoding="utf-8") as out:
        json.dump(vectors, out, ensure_ascii=False, indent=1, default=b64)
        out.write("\n")


main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "UserAdmin.Tests", "Audit", "vectors.json"))
