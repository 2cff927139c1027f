#include "training/roofline.h"

#include "base/text.h"

namespace stargate::training {

std::vector<RooflinePoint> roofline(const ModelShape& shape, const Strategy& s, const Machine& machine) {
  const double seq = static_cast<double>(s.seq_len > 0 ? s.seq_len : shape.seq_len);
  const double tokens = s.micro_batch * seq / s.cp, h = static_cast<double>(shape.hidden);
  const double heads = static_cast<double>(shape.heads) / s.tp,
               kv = std::max(1.0, static_cast<double>(shape.kv_heads) / s.tp);
  const double qk = static_cast<double>(shape.qk_head_dim()), v = static_cast<double>(shape.value_head_dim());
  std::vector<RooflinePoint> points;
  const auto product = [&](std::string name, Precision precision, double m, double n, double k) {
    points.push_back({std::move(name), 2 * m * n * k, bytes_per_weight(precision) * (m * k + k * n) + 2 * m * n,
                      gemm_s(machine, precision, m, n, k), machine.system.peak_flops(precision)});
  };
  if (shape.mla())
    product("query up", s.precision, tokens, heads * qk,
            static_cast<double>(std::max(shape.q_lora_rank, shape.kv_lora_rank)));
  else
    product("qkv", s.precision, tokens, (heads + 2 * kv) * qk, h);
  product("attention out", s.precision, tokens, h, heads * v);
  const double gate = shape.gated_mlp ? 2 : 1;
  if (shape.moe()) {
    const double received =
        tokens / s.tp * static_cast<double>(shape.experts_per_token) * s.ep / static_cast<double>(shape.experts);
    const double f = static_cast<double>(shape.expert_ffn_hidden);
    product("expert up", s.precision, received, gate * f, h);
    product("expert down", s.precision, received, h, f);
  } else {
    const double f = static_cast<double>(shape.ffn_hidden) / s.tp;
    product("mlp up", s.precision, tokens, gate * f, h);
    product("mlp down", s.precision, tokens, h, f);
  }
  product("head", Precision::bf16, tokens, static_cast<double>(shape.vocab) / s.tp, h);
  const PassCost layer = layer_cost(shape, shape.moe(), s, machine);
  const double keys = machine.software.flash_attention ? seq / 2 : seq;
  points.push_back(
      {"attention", 2 * tokens * keys * heads * (qk + v),
       2 * tokens * heads * (2 * qk + 2 * v) + (machine.software.flash_attention ? 0 : 13 * tokens * seq * heads),
       layer.forward.attention, machine.system.peak_flops(Precision::bf16)});
  const double hbm = machine.system.hbm_tb_s * 1e12 * machine.parameters.hbm;
  const double bytes = layer.forward.memory * hbm;
  points.push_back({"element-wise", bytes, bytes, layer.forward.memory, machine.system.peak_flops(Precision::bf16)});
  return points;
}

std::string roofline_svg(const std::vector<RooflinePoint>& points, const Machine& machine, Precision precision) {
  constexpr double width = 720, height = 440, left = 70, right = 20, top = 30, bottom = 50;
  const double x_low = -1, x_high = 5;  // decades of FLOP a byte
  const double peak = machine.system.peak_flops(precision), hbm = machine.system.hbm_tb_s * 1e12;
  const double y_high = std::ceil(std::log10(peak)), y_low = y_high - 5;
  const auto x = [&](double intensity) {
    return left +
           (std::clamp(std::log10(intensity), x_low, x_high) - x_low) / (x_high - x_low) * (width - left - right);
  };
  const auto y = [&](double rate) {
    return height - bottom -
           (std::clamp(std::log10(rate), y_low, y_high) - y_low) / (y_high - y_low) * (height - top - bottom);
  };
  std::string svg = std::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n<text x=\"{2}\" y=\"18\">Roofline of {3}, {4}: one layer "
      "forward</text>\n",
      width, height, left, html_escape(machine.system.id), to_string(precision));
  for (double d = x_low; d <= x_high; ++d)
    svg += std::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">1e{:.0f}</text><path d=\"M{:.1f} {:.1f}V{:.1f}\" "
        "stroke=\"#ddd\"/>\n",
        x(std::pow(10, d)), height - bottom + 16, d, x(std::pow(10, d)), top, height - bottom);
  for (double d = y_low; d <= y_high; ++d)
    svg += std::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:g} T</text><path d=\"M{:.1f} {:.1f}H{:.1f}\" "
        "stroke=\"#ddd\"/>\n",
        left - 6, y(std::pow(10, d)) + 4, std::pow(10, d - 12), left, y(std::pow(10, d)), width - right);
  const double ridge = peak / hbm;
  svg += std::format(
      "<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}H{:.1f}\" fill=\"none\" stroke=\"#333\" stroke-width=\"2\"/>\n",
      x(std::pow(10, x_low)), y(hbm * std::pow(10, x_low)), x(ridge), y(peak), width - right);
  svg += std::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">FLOP a byte of HBM</text>\n",
                     (left + width - right) / 2, height - 12);
  for (const auto& p : points)
    svg += std::format(
        "<circle cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"4\" fill=\"#c33\"/><text x=\"{2:.1f}\" y=\"{3:.1f}\">{4}</text>\n",
        x(p.intensity()), y(p.rate()), x(p.intensity()) + 6, y(p.rate()) + 14, html_escape(p.name));
  return svg + "</svg>\n";
}

}  // namespace stargate::training
