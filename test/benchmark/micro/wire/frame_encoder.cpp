#include "wire/frame_encoder.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace broadcast_hub::wire {
namespace {

std::string repeated(std::string_view piece, std::size_t size) {
  std::string text;
  while (text.size() + piece.size() <= size) {
    text += piece;
  }
  return text;
}

void count_bytes(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void make_text_frame(benchmark::State& state) {
  const std::string payload(static_cast<std::size_t>(state.range(0)), 'a');
  for (auto turn : state) {
    benchmark::DoNotOptimize(make_frame(opcode::text, payload));
  }
  count_bytes(state, payload);
}
BENCHMARK(make_text_frame)->Arg(64)->Arg(1 << 10)->Arg(16 << 10);

void check_utf8(benchmark::State& state, std::string_view piece) {
  const std::string text = repeated(piece, static_cast<std::size_t>(state.range(0)));
  for (auto turn : state) {
    benchmark::DoNotOptimize(is_valid_utf8(text));
  }
  count_bytes(state, text);
}
BENCHMARK_CAPTURE(check_utf8, ascii, "plain text ")->Arg(64)->Arg(1 << 10)->Arg(16 << 10);
BENCHMARK_CAPTURE(check_utf8, three_bytes, "\u20ac")->Arg(64)->Arg(1 << 10)->Arg(16 << 10);

}  // namespace
}  // namespace broadcast_hub::wire
