#!/bin/sh
# Writes the *_pb.ts files from the .proto files beside them. Needs protoc, Node 22 or newer, and `npm ci` in this folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
generate() {
  cd "$here/../../packages/$1"
  shift
  protoc --plugin=protoc-gen-es="$here/node_modules/.bin/protoc-gen-es" \
    --es_opt=target=ts,import_extension=ts --es_out=. "$@"
}
generate core/src/formats/onnx onnx.proto
generate server/src/proto model_config.proto grpc_service.proto sessions.proto health.proto
