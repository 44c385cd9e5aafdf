"""A stub of Weaviate over real HTTP and gRPC on loopback, made from the official client's own protocol files.

It answers what `weaviate-client` asks for in `assistants.knowledge.vectors.adapters.weaviate`, holds objects in memory, and
is strict where the server is: about unknown collections and tenants, and about lengths of vectors.
"""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import numpy as np
from weaviate.proto.v1 import (
    aggregate_pb2,
    base_pb2,
    batch_delete_pb2,
    batch_pb2,
    health_weaviate_pb2,
    search_get_pb2,
    tenants_pb2,
    weaviate_pb2_grpc,
)

VERSION = "1.33.0"
MOST = 10_000  # QUERY_MAXIMUM_RESULTS
INVERTED = {
    "bm25": {"b": 0.75, "k1": 1.2},
    "cleanupIntervalSeconds": 60,
    "stopwords": {"preset": "en", "additions": None, "removals": None},
}
HNSW = {
    "cleanupIntervalSeconds": 300,
    "distance": "cosine",
    "dynamicEfMin": 100,
    "dynamicEfMax": 500,
    "dynamicEfFactor": 8,
    "ef": -1,
    "efConstruction": 128,
    "filterStrategy": "sweeping",
    "flatSearchCutoff": 40000,
    "maxConnections": 32,
    "skip": False,
    "vectorCacheMaxObjects": 1000000000000,
}
DEFAULTS = {
    "replicationConfig": {"factor": 1, "asyncEnabled": False, "deletionStrategy": "NoAutomatedResolution"},
    "shardingConfig": {},
}
Operator = base_pb2.Filters.Operator


@dataclass
class Held:
    """An object: its properties and its vector."""

    properties: dict[str, str]
    vector: np.ndarray


@dataclass
class WeaviateServer:
    """What the stub holds, and where it listens."""

    url: str = ""
    grpc_url: str = ""
    down: bool = False  # nothing is answered, as by a proxy whose server is gone
    classes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tenants: dict[str, dict[str, dict[str, Held]]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def objects(self, collection: str, tenant: str, context: grpc.ServicerContext) -> dict[str, Held]:
        if self.down:
            context.abort(
                grpc.StatusCode.INTERNAL, "no server"
            )  # the client would wait for one that is unavailable
        if collection not in self.classes:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"could not find class {collection} in schema")
        if tenant not in self.tenants[collection]:
            context.abort(grpc.StatusCode.UNKNOWN, f'tenant not found: "{tenant}"')
        return self.tenants[collection][tenant]


def _matches(held: Held, wanted: base_pb2.Filters) -> bool:
    if wanted.operator == Operator.OPERATOR_AND:
        return all(_matches(held, part) for part in wanted.filters)
    value = held.properties.get(wanted.target.property or "".join(wanted.on), "")
    if wanted.operator == Operator.OPERATOR_EQUAL:
        return value == wanted.value_text
    if wanted.operator == Operator.OPERATOR_CONTAINS_ANY:
        return value in wanted.value_text_array.values
    raise NotImplementedError(Operator.Name(wanted.operator))


class _Service(weaviate_pb2_grpc.WeaviateServicer):
    def __init__(self, server: WeaviateServer) -> None:
        self.server = server

    def BatchObjects(self, request: Any, context: grpc.ServicerContext) -> Any:
        errors = []
        with self.server.lock:
            for number, one in enumerate(request.objects):
                held = self.server.objects(one.collection, one.tenant, context)
                raw = one.vectors[0].vector_bytes if one.vectors else one.vector_bytes
                vector = np.frombuffer(raw, "<f4")
                known = next(iter(held.values()), None)
                if known is not None and len(known.vector) != len(vector):
                    text = f"new node has a vector with length {len(vector)}. Existing nodes: {len(known.vector)}"
                    errors.append(batch_pb2.BatchObjectsReply.BatchError(index=number, error=text))
                    continue
                held[one.uuid] = Held(dict(one.properties.non_ref_properties.items()), vector)
        return batch_pb2.BatchObjectsReply(errors=errors)

    def BatchDelete(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self.server.lock:
            held = self.server.objects(request.collection, request.tenant, context)
            gone = [key for key, one in held.items() if _matches(one, request.filters)][:MOST]
            for key in gone:
                del held[key]
        return batch_delete_pb2.BatchDeleteReply(matches=len(gone), successful=len(gone))

    def Search(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self.server.lock:
            held = self.server.objects(request.collection, request.tenant, context)
            found = [
                (key, one)
                for key, one in held.items()
                if not request.HasField("filters") or _matches(one, request.filters)
            ]
        distances = np.zeros(len(found))
        if request.HasField("near_vector") and found:
            asked = np.frombuffer(_asked(request.near_vector), "<f4")
            if len(asked) != len(found[0][1].vector):
                context.abort(grpc.StatusCode.UNKNOWN, "vector lengths don't match")
            matrix = np.stack([one.vector for _, one in found])
            norms = np.linalg.norm(matrix, axis=1) * np.linalg.norm(asked)
            distances = 1 - matrix @ asked / norms
        order = np.argsort(distances, kind="stable")[: min(request.limit or MOST, MOST)]
        return search_get_pb2.SearchReply(
            results=[_result(*found[place], distances[place], request.metadata) for place in order]
        )

    def Aggregate(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self.server.lock:
            held = self.server.objects(request.collection, request.tenant, context)
            count = sum(_matches(one, request.filters) for one in held.values())
        single = aggregate_pb2.AggregateReply.Single(objects_count=count)
        return aggregate_pb2.AggregateReply(single_result=single)

    def TenantsGet(self, request: Any, context: grpc.ServicerContext) -> Any:
        with self.server.lock:
            known = self.server.tenants.get(request.collection, {})
            names = [name for name in request.names.values if name in known]
        hot = tenants_pb2.TENANT_ACTIVITY_STATUS_HOT
        return tenants_pb2.TenantsGetReply(
            tenants=[tenants_pb2.Tenant(name=name, activity_status=hot) for name in names]
        )


def _asked(near: Any) -> bytes:
    if near.vectors:
        return bytes(near.vectors[0].vector_bytes)
    if near.vector_for_targets:
        target = near.vector_for_targets[0]
        return bytes(target.vectors[0].vector_bytes if target.vectors else target.vector_bytes)
    return bytes(near.vector_bytes)


def _result(key: str, held: Held, distance: float, wanted: Any) -> Any:
    metadata = search_get_pb2.MetadataResult(
        id=key, id_as_bytes=uuid.UUID(key).bytes, distance=distance, distance_present=wanted.distance
    )
    if wanted.vector or wanted.vectors:
        metadata.vector_bytes = held.vector.tobytes()
        metadata.vectors.append(base_pb2.Vectors(name="default", vector_bytes=held.vector.tobytes()))
    result = search_get_pb2.SearchResult(metadata=metadata)
    for name, value in held.properties.items():
        result.properties.non_ref_props.fields[name].text_value = value
    return result


def _health() -> grpc.GenericRpcHandler:
    serving = health_weaviate_pb2.WeaviateHealthCheckResponse(status=1)
    handler = grpc.unary_unary_rpc_method_handler(
        lambda request, context: serving,
        request_deserializer=health_weaviate_pb2.WeaviateHealthCheckRequest.FromString,
        response_serializer=health_weaviate_pb2.WeaviateHealthCheckResponse.SerializeToString,
    )
    return grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": handler})


def _with_defaults(collection: dict[str, Any]) -> dict[str, Any]:
    """A collection as the server tells of it: with what its maker did not say."""
    for one in collection["properties"]:
        one.update(indexFilterable=True, indexSearchable=True, indexRangeFilters=False)
    for one in collection["vectorConfig"].values():
        one["vectorIndexConfig"] = HNSW | one["vectorIndexConfig"]
    return (
        DEFAULTS | collection | {"invertedIndexConfig": INVERTED | collection.get("invertedIndexConfig", {})}
    )


def _rest(server: WeaviateServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self, status: int, body: Any = None) -> None:
            status, body = (503, None) if server.down else (status, body)
            data = json.dumps(body).encode() if body is not None else b""
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _body(self) -> Any:
            return json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].removeprefix("/v1").strip("/").split("/")
            if path == ["meta"]:
                self._answer(200, {"version": VERSION, "hostname": server.url, "modules": {}})
            elif path == [".well-known", "ready"]:
                self._answer(200)
            elif path == ["schema"]:
                self._answer(200, {"classes": list(server.classes.values())})
            elif path[0] == "schema" and len(path) == 2 and path[1] in server.classes:
                self._answer(200, server.classes[path[1]])
            else:
                self._answer(404, {"error": [{"message": "not found"}]})

        def do_HEAD(self) -> None:
            path = self.path.removeprefix("/v1").strip("/").split("/")
            there = path[0] == "schema" and path[3] in server.tenants.get(path[1], {})
            self._answer(200 if there else 404)

        def do_POST(self) -> None:
            path, body = self.path.removeprefix("/v1").strip("/").split("/"), self._body()
            with server.lock:
                if path == ["schema"] and body["class"] in server.classes:
                    self._answer(422, {"error": [{"message": "class name already exists"}]})
                elif path == ["schema"]:
                    server.classes[body["class"]] = _with_defaults(body)
                    server.tenants[body["class"]] = {}
                    self._answer(200, body)
                elif path[0] == "schema" and path[2:] == ["tenants"]:
                    for tenant in body:
                        server.tenants[path[1]].setdefault(tenant["name"], {})
                    self._answer(200, body)
                else:
                    self._answer(404, {"error": [{"message": "not found"}]})

        def do_DELETE(self) -> None:
            path, names = self.path.removeprefix("/v1").strip("/").split("/"), self._body()
            with server.lock:
                for name in names:
                    server.tenants[path[1]].pop(name, None)
            self._answer(200)

        def log_message(self, *_: Any) -> None: ...

    return Handler


@contextmanager
def weaviate_server() -> Iterator[WeaviateServer]:
    """Serve until the block ends."""
    server = WeaviateServer()
    with ThreadPoolExecutor(max_workers=4) as threads:
        stop = _serve(server, threads)
        try:
            yield server
        finally:
            stop()


def _serve(server: WeaviateServer, threads: ThreadPoolExecutor) -> Callable[[], None]:
    rest = ThreadingHTTPServer(("127.0.0.1", 0), _rest(server))
    rpc = grpc.server(threads)
    weaviate_pb2_grpc.add_WeaviateServicer_to_server(_Service(server), rpc)
    rpc.add_generic_rpc_handlers((_health(),))
    server.url = f"http://127.0.0.1:{rest.server_address[1]}"
    server.grpc_url = f"http://127.0.0.1:{rpc.add_insecure_port('127.0.0.1:0')}"
    rpc.start()
    thread = threading.Thread(target=rest.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()

    def stop() -> None:
        rpc.stop(None).wait()
        rest.shutdown()
        rest.server_close()

    return stop
