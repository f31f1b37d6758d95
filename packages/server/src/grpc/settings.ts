import type { MessageInitShape } from '@bufbuild/protobuf'
import type { LogSettings, TraceSettings } from '../contract/settings.ts'
import { changeLogSettings, changeTraceSettings, traceSettings } from '../control/change-settings.ts'
import {
  GRPCInferenceService,
  type LogSettingsRequest_SettingValue,
  type LogSettingsResponseSchema,
  type TraceSettingResponseSchema,
} from '../proto/grpc_service_pb.ts'
import { codecOf, defineMethod } from './method.ts'

const { method } = GRPCInferenceService
const accessOf = ({ settings }: { readonly settings: object }) =>
  Object.keys(settings).length > 0 ? 'write' : 'read'

/** Settings that are given are changed, one without a value goes back to its default; all are the answer. */
export const traceSetting = defineMethod({
  codec: codecOf(method.traceSetting),
  group: 'trace',
  access: accessOf,
  model: ({ modelName }) => modelName || undefined,
  async handle(request, { services, caller }) {
    const model = request.modelName || undefined
    const change = Object.fromEntries(
      Object.entries(request.settings).map(([key, { value }]) => [key, traceValue(key, value)]),
    )
    if (Object.keys(change).length === 0) return traceReply(traceSettings(services, model))
    return traceReply(await changeTraceSettings(services, caller, change, model))
  },
})

function traceValue(key: string, values: readonly string[]): readonly string[] | string | null {
  if (values.length === 0) return null
  return key === 'trace_level' || values.length > 1 ? values : values[0]!
}

function traceReply(settings: TraceSettings): MessageInitShape<typeof TraceSettingResponseSchema> {
  const entries = Object.entries(settings).map(([key, value]: [string, string | readonly string[]]) => [
    key,
    { value: typeof value === 'string' ? [value] : [...value] },
  ])
  return { settings: Object.fromEntries(entries) }
}

export const logSettings = defineMethod({
  codec: codecOf(method.logSettings),
  group: 'logging',
  access: accessOf,
  async handle(request, { services, caller }) {
    const change = Object.fromEntries(
      Object.entries(request.settings).map(([key, value]) => [key, logValue(value)]),
    )
    if (Object.keys(change).length === 0) return logReply(services.settings.log())
    return logReply(await changeLogSettings(services, caller, change))
  },
})

const logValue = ({
  parameterChoice,
}: LogSettingsRequest_SettingValue): boolean | number | string | undefined => parameterChoice.value

function logReply(settings: LogSettings): MessageInitShape<typeof LogSettingsResponseSchema> {
  return {
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, { parameterChoice: choiceOf(value) }]),
    ),
  }
}

function choiceOf(value: boolean | number | string) {
  switch (typeof value) {
    case 'boolean':
      return { case: 'boolParam', value } as const
    case 'number':
      return { case: 'uint32Param', value } as const
    default:
      return { case: 'stringParam', value } as const
  }
}
