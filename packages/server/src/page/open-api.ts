/** The REST routes as an OpenAPI 3.1 document, and as a page to read. Both are made from the routes themselves. */
import { type ErrorCode, errorCatalogue } from '@slipway/core'
import type { About } from '../contract/services.ts'
import { defineRoute, jsonReply, type Route } from '../http/route.ts'

/** Routes for `/v2/docs` (the page) and `/openapi.json`; they describe themselves too. */
export function documentationRoutes(about: About, routes: readonly Route[]): readonly Route[] {
  const permission = { group: 'metadata', access: 'read' } as const
  const document = defineRoute({
    method: 'GET',
    paths: ['/openapi.json'],
    about: 'This interface as an OpenAPI document.',
    permission,
    errors: [],
    handle: () => jsonReply(openApi(about, all)),
  })
  const page = defineRoute({
    method: 'GET',
    paths: ['/v2/docs'],
    about: 'This interface as a page.',
    permission,
    errors: [],
    handle: () => ({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      },
      body: Buffer.from(htmlOf(about, all)),
    }),
  })
  const all = [...routes.filter(({ permission: needed }) => needed !== undefined), document, page]
  return [document, page]
}

function openApi({ name, version }: About, routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    for (const path of route.paths) {
      const key = path.replaceAll(/:(\w+)/g, '{$1}')
      paths[key] = { ...paths[key], [route.method.toLowerCase()]: operation(route, path) }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: name, version, description: 'Open Inference Protocol V2 and the control of the server' },
    paths,
    components: {
      schemas: {
        Error: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
    },
  }
}

function operation({ method, about, permission, example, errors }: Route, path: string): object {
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const body =
    example === undefined ? {} : { requestBody: { content: { 'application/json': { schema: {}, example } } } }
  return {
    summary: about,
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+/g, '_')}`,
    tags: [permission?.group ?? 'page'],
    parameters,
    ...body,
    responses: { 200: { description: 'What was asked for.' }, ...errorResponses(errors) },
    ...(permission && { security: [{ bearer: [] }, { key: [] }], 'x-slipway-access': permission.access }),
  }
}

function errorResponses(errors: readonly ErrorCode[]): Record<string, object> {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of errors) {
    const { http } = errorCatalogue[code]
    byStatus.set(http, [...(byStatus.get(http) ?? []), code])
  }
  const schema = { $ref: '#/components/schemas/Error' }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `${code}: ${errorCatalogue[code].title}`).join('; '),
        content: { 'application/json': { schema } },
      },
    ]),
  )
}

function htmlOf({ name, version }: About, routes: readonly Route[]): string {
  const rows = routes.map(
    ({ method, paths, about, permission, example, errors }) => `<section>
<h2><b>${method}</b> ${paths.map((path) => `<code>${escapeHtml(path)}</code>`).join('<br>')}</h2>
<p>${escapeHtml(about)}</p>
<p class="small">${permission ? `${permission.access} ${permission.group}` : 'open'}${
      errors.length > 0 ? ` · ${errors.join(', ')}` : ''
    }</p>
${example === undefined ? '' : `<pre>${escapeHtml(JSON.stringify(example, undefined, 2))}</pre>`}
</section>`,
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(name)} API</title>
<meta name="viewport" content="width=device-width"><style>
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2733}
h2{font-size:1rem;margin:2rem 0 .3rem;font-weight:400}h2 b{color:#0b5fa5}
code,pre{font:13px ui-monospace,monospace}pre{background:#f3f6f9;padding:.7rem;overflow:auto;border-radius:6px}
p{margin:.2rem 0}.small{color:#5d6b7a;font-size:13px}
</style><h1>${escapeHtml(name)} ${escapeHtml(version)}</h1>
<p>Machine-readable: <a href="/openapi.json">/openapi.json</a></p>${rows.join('\n')}</html>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
