/**
 * A folder of files as routes. The list of files is made once, at the start: a request can name one of them and
 * nothing else, so no path of a request is ever looked up on the disk.
 */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { defineRoute, type Route } from './route.ts'

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.mjs', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.json', 'application/json'],
  ['.map', 'application/json'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.webp', 'image/webp'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.wasm', 'application/wasm'],
  ['.txt', 'text/plain; charset=utf-8'],
])

/** A route for each file, and one at `/` for index.html. */
export async function staticRoutes(folder: string): Promise<Route[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => fileRoute(folder, join(entry.parentPath, entry.name)))
}

function fileRoute(folder: string, file: string): Route {
  const parts = relative(folder, file).split(sep)
  const path = `/${parts.map(routePart).join('/')}`
  const type = contentTypes.get(extname(file)) ?? 'application/octet-stream'
  const headers = { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }
  return defineRoute({
    method: 'GET',
    paths: path === '/index.html' ? ['/', path] : [path],
    about: 'A file of the page.',
    permission: undefined,
    errors: [],
    handle: async () => ({ status: 200, headers, body: await readFile(file) }),
  })
}

/** The router matches decoded paths, and takes a doubled colon for a plain one. */
const routePart = (part: string): string => part.replaceAll(':', '::')
