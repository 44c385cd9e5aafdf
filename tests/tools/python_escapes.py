"""Programs that try to get out of the sandbox, or to break it. PORT stands for a listener that nobody may reach."""

# Each of these ends with an error of its own.
REFUSED = {
    "urllib": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:PORT/urllib', timeout=2)",
    "http.client": "import http.client; http.client.HTTPConnection('127.0.0.1', PORT, timeout=2).request('GET', '/')",
    "socket": "import socket; s = socket.create_connection(('127.0.0.1', PORT), 2); s.sendall(b'x'); s.recv(1)",
    "socket server": "import socket; s = socket.socket(); s.bind(('0.0.0.0', PORT)); s.listen(); s.accept()",
    "dns": "import socket; assert socket.gethostbyname('localhost') == '::1'",
    "ssl": "import ssl, socket; ssl.create_default_context().wrap_socket(socket.create_connection(('127.0.0.1', PORT)))",
    "pyfetch": "from pyodide.http import pyfetch; pyfetch('http://127.0.0.1:PORT/pyfetch').send(None)",
    "pyodide open_url": "from pyodide.http import open_url; open_url('http://127.0.0.1:PORT/open_url')",
    "js.fetch": "import js; js.fetch('http://127.0.0.1:PORT/fetch')",
    "js.XMLHttpRequest": "from js import XMLHttpRequest",
    "js.WebSocket": "import js; js.WebSocket.new('ws://127.0.0.1:PORT/ws')",
    "js.importScripts": "import js; js.importScripts('http://127.0.0.1:PORT/import.js')",
    "js.document": "from js import document",
    "js.parent": "import js; js.parent.location.href",
    "js.postMessage": "import js; js.postMessage('forged')",
    "js.globalThis": "import js; js.globalThis.fetch('http://127.0.0.1:PORT/global')",
    "js.indexedDB": "from js import indexedDB",
    "js.localStorage": "from js import localStorage",
    "js.Worker": "import js; js.Worker.new('http://127.0.0.1:PORT/worker.js')",
    "run_js": "from pyodide.code import run_js; run_js(\"fetch('http://127.0.0.1:PORT/run_js')\")",
    "constructor": "import js; js.setTimeout.constructor(\"return fetch('http://127.0.0.1:PORT/constructor')\")()",
    "loadPackage": "import pyodide_js; pyodide_js.loadPackage('http://127.0.0.1:PORT/evil.whl').then(print); raise OSError",
    "micropip": "import micropip",
    "pip": "import pip",
    "etc": "open('/etc/shadow').read()",
    "proc": "open('/proc/self/environ').read()",
    "host's code": "import manage",
    "host's settings": "from config import settings",
    "django": "import django",
    "fork": "import os; os.fork()",
    "system": "import os; assert os.system('id') == 0",
    "subprocess": "import subprocess; subprocess.run(['id'], check=True)",
    "exec": "import os; os.execv('/bin/sh', ['sh'])",
    "threads": "import threading; threading.Thread(target=print).start()",
    "processes": "import multiprocessing; multiprocessing.Process(target=print).start()",
    "ctypes": "import ctypes; ctypes.CDLL('libc.so.6').system(b'id')",
    "recursion": "def f(): return f()\nf()",
    "memory": "x = []\nwhile True: x.append(bytes(10**7))",
    "huge string": "'x' * (10**10)",
    "huge file": "f = open('/out/huge', 'wb')\nwhile True: f.write(bytes(10**7))",
    "hole in a file": "import os; open('/out/hole', 'wb').close(); os.truncate('/out/hole', 4 * 10**9)",
    "many files": "import itertools\nfor n in itertools.count(): open(f'/out/{n}', 'wb').write(bytes(10**7))",
}
# Each of these needs an interpreter of its own: what becomes of it.
ENDED = {
    "endless loop": ("while True: pass", "timeout"),
    "caught loop": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "timeout",
    ),
    "busy regular expression": ("import re; re.match('(a+)+$', 'a' * 60 + 'b')", "timeout"),
    "sleep": ("import time; time.sleep(600)", "timeout"),
    "huge output": ("while True: print('x' * 1000)", "failed"),
    "huge value": ("'x' * 10**8", "done"),
    "huge answer": (
        "import json; json.dumps = lambda *_a, **_k: 'x' * 3 * 10**6\n1",
        "large",
    ),
    "no answer": ("import json; json.dumps = lambda *_a, **_k: 7\n1", "crashed"),
    "no JSON": ("import json; json.dumps = lambda *_a, **_k: '{'\n1", "crashed"),
    "forged answer": (
        'import json; json.dumps = lambda *_a, **_k: \'{"state":"done","__proto__":{"x":1},"constructor":{"prototype":{"x":1}},'
        '"stdout":{"toString":1},"html":"<b>","files":[{"name":"a","data":"!"}]}\'\n1',
        "done",
    ),
    "lazy file": (
        "import pyodide_js; pyodide_js.FS.createLazyFile('/out', 'lazy', 'http://127.0.0.1:PORT/lazy', True, True)\n"
        "open('/out/lazy').read()",
        "crashed",
    ),
    "deep list": ("x = []\nfor _ in range(10**6): x = [x]\nrepr(x)", "crashed"),
    "exit": ("import os; os._exit(3)", "crashed"),
    "abort": ("import os; os.abort()", "crashed"),
}
# All that raise an error, in one interpreter.
ALL_REFUSED = """
import json
said = {}
for name, code in json.loads(ATTEMPTS).items():
    try:
        exec(code, {"__name__": "__main__"})
        said[name] = ""
    except BaseException as error:
        said[name] = f"{type(error).__name__}: {error}"[:120]
print(json.dumps(said))
"""
