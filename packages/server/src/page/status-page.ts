/** The status page: three files, at `/status`, and at `/` where nothing else is there. */
import { readFile } from 'node:fs/promises'
import { defineRoute, type Route } from '../http/route.ts'

const folder = new URL('../../public/', import.meta.url)
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"

export async function statusPage({ atRoot }: { readonly atRoot: boolean }): Promise<readonly Route[]> {
  return Promise.all([
    fileRoute('index.html', 'text/html; charset=utf-8', atRoot ? ['/', '/status'] : ['/status']),
    fileRoute('status.css', 'text/css; charset=utf-8', ['/status.css']),
    fileRoute('status.js', 'text/javascript; charset=utf-8', ['/status.js']),
  ])
}

async function fileRoute(name: string, contentType: string, paths: readonly string[]): Promise<Route> {
  const body = await readFile(new URL(name, folder))
  const headers = {
    'content-type': contentType,
    'cache-control': 'no-cache',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
  }
  return defineRoute({
    method: 'GET',
    paths,
    about: 'A file of the status page.',
    permission: undefined,
    errors: [],
    handle: () => ({ status: 200, headers, body }),
  })
}
