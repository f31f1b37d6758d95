/** The models that are measured, with the sizes that their files leave open. */
export type Element = 'noise' | 'pixels' | 'audio' | 'zeros'

export interface ModelInput {
  readonly shape: readonly number[]
  /** What its elements are drawn from: U(-1, 1), U(-120, 130), noise of 0.1, or nothing but zeros. */
  readonly of: Element
}

export interface Model {
  readonly name: string
  /** Path in the folder of models. */
  readonly file: string
  /** By input name; inputs that are not listed have a fixed shape and take noise. */
  readonly inputs?: Readonly<Record<string, ModelInput>>
  /** Whole-number inputs by name. */
  readonly integers?: Readonly<Record<string, number>>
}

const image: ModelInput = { shape: [1, 3, 224, 224], of: 'pixels' }
const light = (name: string, input: string): Model => ({
  name: `light_${name}`,
  file: `light/${name}.onnx`,
  inputs: { [input]: image },
})
const speech = (name: string, file: string): Model => ({
  name,
  file: `kws_micronet_m/micro_kws_m_${file}.onnx`,
  inputs: { 'serving_default_input:0': { shape: [1, 1960], of: 'noise' } },
})

export const models: readonly Model[] = [
  {
    name: 'squeezenet',
    file: 'squeezenet/squeezenet1.1_fp32_opset13.onnx',
    inputs: { data_0: image },
  },
  { name: 'squeezenet_qdq', file: 'squeezenet/squeezenet1.1_qdq_u8s8.onnx', inputs: { data_0: image } },
  light('squeezenet', 'data_0'),
  light('shufflenet', 'gpu_0/data_0'),
  light('resnet50', 'gpu_0/data_0'),
  light('densenet121', 'data_0'),
  light('inception_v2', 'data_0'),
  light('alexnet', 'data_0'),
  light('vgg19', 'data_0'),
  {
    name: 'super_resolution_10',
    file: 'super_resolution_10/model.onnx',
    inputs: { input: { shape: [1, 1, 224, 224], of: 'noise' } },
  },
  {
    name: 'yolox_nano',
    file: 'yolox_nano/yolox_nano.onnx',
    inputs: { images: { shape: [1, 3, 416, 416], of: 'pixels' } },
  },
  { name: 'ultraface', file: 'ultraface/version-RFB-320.onnx' },
  {
    // A chunk of 512 samples behind the 64 that went before it, as the model's own wrapper feeds it.
    name: 'silero_vad',
    file: 'silero_vad/silero_vad.onnx',
    inputs: { input: { shape: [1, 576], of: 'audio' }, state: { shape: [2, 1, 128], of: 'zeros' } },
    integers: { sr: 16000 },
  },
  { name: 'mnist_8', file: 'mnist_8/model.onnx' },
  speech('kws_fp32', 'static_fp32'),
  speech('kws_qdq', 'static_qdq'),
  speech('kws_qoperator', 'static_qoperator'),
]
