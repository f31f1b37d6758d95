/** The status page: three files, at `/status`, and at `/` where nothing else is there. */
import { fileURLToPath } from 'node:url'
import type { Route } from '../http/route.ts'
import { fileRoute } from '../http/static-files.ts'

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"

export function statusPage({ atRoot }: { readonly atRoot: boolean }): readonly Route[] {
  const route = (name: string, paths: readonly string[]) =>
    fileRoute(fileURLToPath(new URL(`../../public/${name}`, import.meta.url)), paths, {
      'content-security-policy': policy,
    })
  return [
    route('index.html', atRoot ? ['/', '/status'] : ['/status']),
    route('status.css', ['/status.css']),
    route('status.js', ['/status.js']),
  ]
}
