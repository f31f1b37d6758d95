import { defineRoute, jsonReply } from '../http/route.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { audited } from '../policy/audited.ts'
import { readJsonBody } from './json-body.ts'

const paths = ['/v2/trace/setting', '/v2/models/:model/trace/setting']

export const traceSetting = defineRoute({
  method: 'GET',
  paths,
  about: 'How requests are traced.',
  permission: { group: 'trace', access: 'read' },
  errors: ['SLP-R1', 'SLP-R4'],
  handle: ({ params, services: { models, settings } }) => {
    if (params['model'] !== undefined) models.versions(params['model'])
    return jsonReply(settings.trace(params['model']))
  },
})

export const setTraceSetting = defineRoute({
  method: 'POST',
  paths,
  about: "Changes how requests are traced; null takes a model's own value back.",
  permission: { group: 'trace', access: 'write' },
  example: { trace_level: ['TIMESTAMPS'], trace_rate: '100' },
  errors: ['SLP-R1', 'SLP-R4', 'SLP-R5', 'SLP-R6'],
  async handle({ params, caller, services: { models, settings, observe }, body }) {
    const model = params['model']
    if (model !== undefined) models.versions(model)
    const change = Object.fromEntries(
      [...(await readJsonBody(body))].map(([name, value]) => [name, settingOf(name, value)]),
    )
    const about = { action: 'trace.setting', target: model ?? '', detail: change }
    return audited(observe, caller.principal, about, () => jsonReply(settings.setTrace(change, model)))
  },
})

function settingOf(name: string, value: unknown): string | readonly string[] | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  return refuseRequest(
    `setting ${name.slice(0, 100)} must be a string, a list of strings or null`,
    typeof value,
  )
}
