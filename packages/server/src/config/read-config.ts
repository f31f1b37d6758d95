/** The files of one model → how it is served, before the graph completes it. */
import { create } from '@bufbuild/protobuf'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { configError } from './config-error.ts'
import { type ConfigFiles, defaultSlipwayOptions, type ServingConfig } from './serving-config.ts'
import { parseTextFormat } from './text-format/parse.ts'
import { readYamlConfig } from './yaml-config.ts'

/**
 * Both files may be there: then config.pbtxt describes the model and slipway.yaml has Slipway's own fields only, so
 * that no field can have two values.
 *
 * @throws SLP-R19 for what breaks a rule, SLP-L1 and SLP-L2 over the limits.
 */
export function readServingConfig({ pbtxt, yaml }: ConfigFiles): ServingConfig {
  const { model, slipway, modelFields } = yaml === undefined ? none : readYamlConfig(yaml)
  if (pbtxt === undefined) return { model: model ?? create(ModelConfigSchema), slipway }
  const [double] = modelFields
  if (double !== undefined) {
    const rule = 'fields of the model configuration must stand in one file, and there is a config.pbtxt'
    throw configError({ what: 'slipway.yaml', path: double }, rule, JSON.stringify(double), {
      remedy: `Move ${modelFields.join(', ')} to config.pbtxt.`,
    })
  }
  return { model: parseTextFormat(ModelConfigSchema, pbtxt, 'config.pbtxt'), slipway }
}

const none = {
  model: undefined,
  slipway: defaultSlipwayOptions,
  modelFields: [] as readonly string[],
} as const // a file without fields
