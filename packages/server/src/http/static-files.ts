/**
 * A folder of files as routes. The list of files is made once, at the start: a request can name one of them and
 * nothing else, so no path of a request is ever looked up on the disk.
 */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { SlipwayError } from '@slipway/core'
import { defineRoute, jsonReply, type Route } from './route.ts'

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

/** A route for each file, and one at `/` for index.html. Throws SLP-C2 for what is no folder that can be read. */
export async function staticRoutes(folder: string): Promise<Route[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new SlipwayError('SLP-C2', `Cannot serve files: they must be in a folder, got "${folder}"`, {
      cause,
    })
  })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      const path = `/${relative(folder, file).split(sep).map(routePart).join('/')}`
      return fileRoute(file, path === '/index.html' ? ['/', path] : [path])
    })
}

/** A file as it is when it is asked for; 404 where it is gone. */
export function fileRoute(
  file: string,
  paths: readonly string[],
  added: Readonly<Record<string, string>> = {},
): Route {
  const type = contentTypes.get(extname(file)) ?? 'application/octet-stream'
  const headers = {
    'content-type': type,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    ...added,
  }
  return defineRoute({
    method: 'GET',
    paths,
    about: 'A file of the page.',
    permission: undefined,
    errors: [],
    async handle() {
      try {
        return { status: 200, headers, body: await readFile(file) }
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return notFound
        throw error
      }
    },
  })
}

const notFound = jsonReply({ error: 'Not Found' }, 404)

/** The router matches decoded paths, and takes a doubled colon for a plain one. */
const routePart = (part: string): string => part.replaceAll(':', '::')
