import { changeTraceSettings, traceSettings } from '../control/change-settings.ts'
import { defineRoute, jsonReply } from '../http/route.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { readJsonBody } from './json-body.ts'

const paths = ['/v2/trace/setting', '/v2/models/:model/trace/setting']

export const traceSetting = defineRoute({
  method: 'GET',
  paths,
  about: 'How requests are traced.',
  permission: { group: 'trace', access: 'read' },
  errors: ['SLP-R1', 'SLP-R4'],
  handle: ({ params, services }) => jsonReply(traceSettings(services, params['model'])),
})

export const setTraceSetting = defineRoute({
  method: 'POST',
  paths,
  about: "Changes how requests are traced; null takes a model's own value back.",
  permission: { group: 'trace', access: 'write' },
  example: { trace_level: ['TIMESTAMPS'], trace_rate: '100' },
  errors: ['SLP-R1', 'SLP-R4', 'SLP-R5', 'SLP-R6'],
  async handle({ params, caller, services, body }) {
    const change = Object.fromEntries(
      [...(await readJsonBody(body))].map(([name, value]) => [name, settingOf(name, value)]),
    )
    return jsonReply(await changeTraceSettings(services, caller, change, params['model']))
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
