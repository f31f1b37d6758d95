/** A web server for the example, with the headers that a page needs before it may share memory with workers. */
import { createReadStream, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

export interface Site {
  /** False: without the headers that allow shared memory, as on a host that cannot send them. True unless given. */
  readonly isolated?: boolean
  /** Folders whose files are served, the first that has one first. */
  readonly folders: readonly string[]
  /** Single files by path. */
  readonly files: Readonly<Record<string, string>>
}

export interface OpenServer {
  readonly url: string
  close(): Promise<void>
}

const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** The policy allows WebAssembly, and no code from strings or from other places. */
const safety = {
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src 'self' blob: data:",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
}

/** Serves on this machine only; port 0 takes a free one. */
export async function serve(site: Site, port = 0): Promise<OpenServer> {
  const headers = { ...safety, ...(site.isolated !== false && isolation) }
  const server = createServer(({ url }, response) => {
    const found = find(site, (url ?? '').replace(/[?#].*/, ''))
    if (!found) return void response.writeHead(404, headers).end('not found')
    const type = types[extname(found.path)] ?? 'application/octet-stream'
    response.writeHead(200, { ...headers, 'content-type': type, 'content-length': found.size })
    createReadStream(found.path)
      .on('error', () => response.destroy())
      .pipe(response)
  })
  await listen(server, port)
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`, // a TCP server has one
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, 'localhost', resolve)
  })
}

function find({ folders, files }: Site, pathname: string): { path: string; size: number } | undefined {
  if (!pathname.startsWith('/')) return undefined
  // A normalised absolute path has no `..`, so that nothing outside the folders is reached.
  const wanted = normalize(pathname === '/' ? '/index.html' : pathname)
  const candidates = [files[wanted] ?? [], folders.map((folder) => join(folder, wanted))].flat()
  for (const path of candidates) {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isFile()) return { path, size: stats.size }
  }
  return undefined
}
