"""Runs the Python clients of Triton and KServe, unmodified, against a server: python3 run.py <http host:port> <grpc host:port> <model> <input> [<size> ...].

The model takes and gives back one FP32 tensor of the given shape. Prints one line a check; exits 1 where one fails.
"""

import asyncio
import importlib.util
import os
import subprocess
import sys

import numpy as np

http_url, grpc_url, model, input_name, *sizes = sys.argv[1:]
shape = [int(size) for size in sizes] or [1, 4]
values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
failures = []


def check(name, act):
    try:
        act()
        print("ok  ", name)
    except Exception as error:  # every failure is reported, whatever it is
        failures.append(name)
        print("FAIL", name, repr(error)[:400])


def equal(got, expected):
    assert got == expected, f"{got!r} is not {expected!r}"


def same(result):
    outputs = result.get_response()
    outputs = outputs["outputs"] if isinstance(outputs, dict) else outputs.outputs
    name = outputs[0]["name"] if isinstance(outputs[0], dict) else outputs[0].name
    np.testing.assert_array_equal(result.as_numpy(name), values)


def refused(module, act):
    try:
        act()
    except module.utils.InferenceServerException if hasattr(module, "utils") else Exception as error:
        assert "nobody" in str(error), error
        return
    raise AssertionError("nobody is no model, and was served")


def state_checks(kind, client, as_dict):
    check(f"{kind} live", lambda: equal(client.is_server_live(), True))
    check(f"{kind} ready", lambda: equal(client.is_server_ready(), True))
    check(f"{kind} model ready", lambda: equal(client.is_model_ready(model), True))
    check(f"{kind} server metadata", lambda: equal("statistics" in client.get_server_metadata(**as_dict)["extensions"], True))
    check(f"{kind} model metadata", lambda: equal(client.get_model_metadata(model, **as_dict)["inputs"][0]["name"], input_name))
    check(f"{kind} model config", lambda: client.get_model_config(model, **as_dict))
    check(f"{kind} statistics", lambda: equal(client.get_inference_statistics(model, **as_dict)["model_stats"][0]["name"], model))
    check(f"{kind} repository index", lambda: client.get_model_repository_index(**as_dict))
    check(f"{kind} trace settings", lambda: client.get_trace_settings(**as_dict))
    check(f"{kind} log settings", lambda: client.get_log_settings(**as_dict))


def http_checks():
    import tritonclient.http as api

    client = api.InferenceServerClient(http_url)
    state_checks("http", client, {})

    def inputs(binary):
        one = api.InferInput(input_name, shape, "FP32")
        one.set_data_from_numpy(values, binary_data=binary)
        return [one]

    for binary in (True, False):
        check(f"http infer, binary {binary}", lambda: same(client.infer(model, inputs(binary))))
    check("http infer, JSON answer", lambda: same(client.infer(model, inputs(True), outputs=[api.InferRequestedOutput(output_name(), binary_data=False)])))
    for way in ("gzip", "deflate"):
        check(f"http infer, {way}", lambda: same(client.infer(model, inputs(True), request_compression_algorithm=way, response_compression_algorithm=way)))
    check("http infer, parameters", lambda: same(client.infer(model, inputs(True), request_id="7", priority=1, timeout=60_000_000, parameters={"a": "b", "c": 1, "d": True})))
    check("http infer, async", lambda: same(client.async_infer(model, inputs(True)).get_result()))
    check("http unknown model", lambda: refused(api, lambda: client.infer("nobody", inputs(True))))
    client.close()


def output_name():
    import tritonclient.http as api

    with api.InferenceServerClient(http_url) as client:
        return client.get_model_metadata(model)["outputs"][0]["name"]


def grpc_checks():
    import tritonclient.grpc as api

    client = api.InferenceServerClient(grpc_url)
    state_checks("grpc", client, {"as_json": True})

    def inputs():
        one = api.InferInput(input_name, shape, "FP32")
        one.set_data_from_numpy(values)
        return [one]

    check("grpc infer", lambda: same(client.infer(model, inputs())))
    for way in ("gzip", "deflate"):
        check(f"grpc infer, {way}", lambda: same(client.infer(model, inputs(), compression_algorithm=way)))
    check("grpc infer, parameters", lambda: same(client.infer(model, inputs(), request_id="7", priority=1, timeout=60_000_000, client_timeout=60, parameters={"a": "b", "c": 1, "d": True, "e": 0.5})))
    check("grpc unknown model", lambda: refused(api, lambda: client.infer("nobody", inputs())))

    def stream():
        import queue

        got = queue.Queue()
        client.start_stream(callback=lambda result, error: got.put((result, error)))
        for i in range(3):
            client.async_stream_infer(model, inputs(), request_id=str(i))
        for _ in range(3):
            result, error = got.get(timeout=60)
            assert error is None, error
            same(result)
        client.stop_stream()

    check("grpc stream", stream)
    client.close()


def kserve_input(binary):
    from kserve import InferInput

    one = InferInput(input_name, shape, "FP32")
    one.set_data_from_numpy(values, binary_data=binary)
    return one


def kserve_same(answer):
    np.testing.assert_array_equal(answer.outputs[0].as_numpy().reshape(shape), values)


async def kserve_refused(call):
    try:
        await call
    except Exception as error:
        assert "nobody" in str(error), error
        return
    raise AssertionError("nobody is no model, and was served")


async def kserve_answers(call, expected):
    equal(await call, expected)


def kserve_rest_checks():
    from kserve import InferenceRESTClient, InferRequest, RESTConfig

    base = f"http://{http_url}"

    def asked(name, act):
        async def run():
            client = InferenceRESTClient(RESTConfig(protocol="v2", retries=0))
            try:
                await act(client)
            finally:
                await client.close()

        check(f"kserve http {name}", lambda: asyncio.run(run()))

    async def infer(client, binary):
        request = InferRequest(model, [kserve_input(binary)], request_id="7")
        kserve_same(await client.infer(base, request, model_name=model))

    asked("live", lambda client: kserve_answers(client.is_server_live(base), True))
    asked("ready", lambda client: kserve_answers(client.is_server_ready(base), True))
    asked("model ready", lambda client: kserve_answers(client.is_model_ready(base, model), True))
    for binary in (True, False):
        asked(f"infer, binary {binary}", lambda client: infer(client, binary))
    unknown = lambda client: client.infer(base, InferRequest("nobody", [kserve_input(True)]), model_name="nobody")
    asked("unknown model", lambda client: kserve_refused(unknown(client)))


def kserve_grpc_checks():
    from kserve import InferenceGRPCClient, InferRequest

    def asked(name, act):
        async def run():
            client = InferenceGRPCClient(grpc_url, retries=0)
            try:
                await act(client)
            finally:
                await client.close()

        check(f"kserve grpc {name}", lambda: asyncio.run(run()))

    async def infer(client, binary):
        kserve_same(await client.infer(InferRequest(model, [kserve_input(binary)], request_id="7")))

    asked("live", lambda client: kserve_answers(client.is_server_live(), True))
    asked("ready", lambda client: kserve_answers(client.is_server_ready(), True))
    asked("model ready", lambda client: kserve_answers(client.is_model_ready(model), True))
    for binary in (True, False):
        asked(f"infer, raw {binary}", lambda client: infer(client, binary))
    asked("unknown model", lambda client: kserve_refused(client.infer(InferRequest("nobody", [kserve_input(True)]))))


clients = {"tritonclient": (http_checks, grpc_checks), "kserve": (kserve_rest_checks, kserve_grpc_checks)}
only = os.environ.get("ONLY_CLIENT")
if only is None:
    # Both packages register messages of the same names, which one process refuses.
    installed = [name for name in clients if importlib.util.find_spec(name) is not None]
    for name in sorted(clients.keys() - set(installed)):
        print("skip", name, flush=True)
    ends = [subprocess.run([sys.executable, *sys.argv], env={**os.environ, "ONLY_CLIENT": name}).returncode for name in installed]
    sys.exit(max(ends, default=1))
for run_checks in clients[only]:
    run_checks()
sys.exit(1 if failures else 0)
