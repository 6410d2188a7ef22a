"""How things and links travel: short ids, both languages, answers kept by ETag."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, current_app, g, jsonify, make_response, request

from kg import vocab
from kg.analysis.overview import Overview
from kg.errors import DataError
from kg.model.network import Edge, Network, Node, Terms
from kg.wiring import Parts

MEASURED_LIMIT = 3_000


def parts() -> Parts:
    """The parts of this application."""
    found: Parts = current_app.extensions["kg"]
    return found


def short(iri: str) -> str:
    """``lepu`` for ``…/id/lepu``, ``lv:inTrack`` for a term, else the IRI."""
    if iri.startswith(vocab.ID):
        return iri[len(vocab.ID) :]
    if iri.startswith(vocab.ONTOLOGY):
        return "lv:" + iri[len(vocab.ONTOLOGY) :]
    return iri


def long(name: str) -> str:
    """The IRI of what ``short`` gave; an IRI stays."""
    if name.startswith("lv:"):
        return vocab.ONTOLOGY + name[3:]
    return name if "://" in name or not name else vocab.ID + name


def names_of(argument: str, most: int) -> list[str]:
    """IRIs from a comma-separated argument of the address or a JSON list.

    Raises:
        DataError: if there are more than ``most``.
    """
    body = request.get_json(silent=True) if request.method == "POST" else None
    given = body.get(argument, []) if isinstance(body, dict) else None
    if not isinstance(given, list):
        given = request.args.get(argument, "").split(",")
    names = [long(str(n)) for n in given if n]
    if len(names) > most:
        raise DataError(
            f"{argument} may hold {most} names, not {len(names)}.",
            zh=f"{argument} 最多可含 {most} 个名称，收到 {len(names)} 个。",
            context={"limit": most},
        )
    return list(dict.fromkeys(names))


def argument(name: str, default: str = "") -> str:
    """An argument of the address or of the JSON body."""
    body = request.get_json(silent=True) if request.method == "POST" else None
    if isinstance(body, dict) and name in body:
        return str(body[name])
    return request.args.get(name, default)


def number(name: str, default: int, least: int, most: int) -> int:
    """A whole number of the address.

    Raises:
        DataError: if it is none or out of range.
    """
    text = argument(name, str(default))
    if text.isascii() and text.isdigit() and least <= int(text[:9]) <= most:
        return int(text)
    raise DataError(
        f"{name} must be a whole number from {least} to {most}.",
        zh=f"{name} 应为 {least} 到 {most} 的整数。",
        context={name: text[:20]},
    )


def one_of(name: str, allowed: Iterable[str], default: str) -> str:
    """A word of the address.

    Raises:
        DataError: if it is not one of those allowed.
    """
    text, known = argument(name, default), list(allowed)
    if text in known:
        return text
    shown = ", ".join(w or "(empty)" for w in known)
    raise DataError(
        f"{name} must be one of: {shown}.", zh=f"{name} 应为以下之一：{shown}。"
    )


def edge_json(edge: Edge) -> dict[str, Any]:
    """A link: ``id s t p status start end datasets sources``."""
    return {
        "id": short(edge.statement),
        "s": short(edge.source),
        "t": short(edge.target),
        "p": short(edge.predicate),
        "status": edge.status,
        "start": edge.start,
        "end": edge.end,
        "datasets": [short(d) for d in edge.datasets],
        "sources": [short(s) for s in edge.sources],
    }


def node_json(node: Node, found: Overview | None) -> dict[str, Any]:
    """A thing: names, class, group, degree and what was measured."""
    told: dict[str, Any] = {
        "id": short(node.iri),
        "zh": node.name("zh"),
        "en": node.name("en"),
        "type": short(node.type),
        "group": node.group,
        "degree": node.degree,
    }
    place = found.index.get(node.iri) if found else None
    if found is not None and place is not None:
        told["rank"] = round(float(found.measures.rank[place]), 6)
        told["between"] = round(float(found.measures.betweenness[place]), 5)
        told["community"] = int(found.member[place])
    return told


def network_json(
    network: Network, layout: str = "", centre: str = ""
) -> dict[str, Any]:
    """A network: ``nodes``, ``edges``, ``terms``, positions if asked for."""
    graphs = parts().graphs
    found = measured()
    body = {
        "generation": graphs.generation,
        "nodes": [node_json(n, found) for n in network.nodes.values()],
        "edges": [edge_json(e) for e in network.edges],
        "terms": terms_json(network, graphs.terms),
    }
    if layout:
        places = graphs.positions(network, layout, centre)
        body["positions"] = {short(i): list(p) for i, p in places.items()}
    return body


def measured() -> Overview | None:
    """The overview, if it is there or small enough to compute while one waits."""
    return parts().graphs.overview_at_hand(MEASURED_LIMIT)


def terms_json(network: Network, terms: Terms) -> dict[str, dict[str, str]]:
    """Names of the classes and relations of a network, both languages."""
    used = {n.type for n in network.nodes.values() if n.type}
    used |= {e.predicate for e in network.edges}
    return {iri_short: named(iri, terms) for iri, iri_short in _short(used)}


def named(iri: str, terms: Terms) -> dict[str, str]:
    """A term's names, and those read from the object's side if there are any."""
    told = {"zh": terms.name(iri, "zh"), "en": terms.name(iri, "en")}
    zh, en = terms.inverse.get(iri, ("", ""))
    return told | ({"zhIn": zh, "enIn": en} if zh and en else {})


def _short(iris: Iterable[str]) -> list[tuple[str, str]]:
    return [(iri, short(iri)) for iri in sorted(iris)]


def kept(make: Callable[[], dict[str, Any] | bytes]) -> Response:
    """The answer, made only if the client has not got it for this generation.

    The generation, the address, the body and the language decide what it is.
    """
    key = "|".join((parts().graphs.state, request.full_path, g.get("language", "zh")))
    tag = hashlib.sha256(key.encode() + request.get_data()).hexdigest()[:24]
    if request.if_none_match.contains_weak(tag):
        response = make_response("", 304)
    else:
        made = make()
        response = _bytes(made) if isinstance(made, bytes) else jsonify(made)
    squeeze(response)
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _bytes(made: bytes) -> Response:
    """Arrays, as they are or as the gzip that they are kept in."""
    is_gzip = made[:2] == b"\x1f\x8b"
    takes_gzip = request.accept_encodings["gzip"] > 0
    response = make_response(
        gzip.decompress(made) if is_gzip and not takes_gzip else made
    )
    response.mimetype = "application/octet-stream"
    if is_gzip and takes_gzip:
        response.content_encoding = "gzip"
    return response


def squeeze(response: Response) -> None:
    """Send a long answer as gzip to whoever takes it."""
    wanted = request.accept_encodings["gzip"] > 0 and not response.content_encoding
    if response.status_code == 200 and wanted and len(response.get_data()) > 4000:
        response.set_data(gzip.compress(response.get_data(), 5, mtime=0))
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
