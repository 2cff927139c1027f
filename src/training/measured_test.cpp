#include "training/measured.h"

#include <catch2/catch_all.hpp>

#include "base/diagnostics.h"
#include "base/files.h"
#include "training/report.h"

using namespace stargate;
using namespace stargate::training;
using Catch::Approx;

namespace {
MeasuredFile read(std::string_view text) {
  Diagnostics diagnostics;
  const Csv csv = parse_csv("t.csv", text, diagnostics);
  diagnostics.throw_if_errors();
  return read_measured(csv);
}
constexpr std::string_view published =
    "set,case,accel,n,model_B,h,layers,heads,seq,vocab,tp,cp,pp,vp,dp,ep,mbs,gbs,recompute,seqpar,metric,value,unit,"
    "mfu_pct,source\n";
constexpr std::string_view releases =
    "container,task,system,model,gpus,precision,gbs,mbs,seq,fsdp,tp,pp,cp,vp,ep,tok_s_gpu,tflops_gpu,source\n";
}  // namespace

TEST_CASE("published runs: shapes, machines and metrics") {
  const MeasuredFile file =
      read(std::string(published) +
           "a,1.7B,A100-80,32,1.7,2304,24,24,2048,51200,1,1,1,1,32,1,16,512,full,no,hw_tflops_gpu,137,TF,44,x\n"
           "a,22B,A100-80,8,22,6144,48,64,2048,51200,8,1,1,1,1,1,4,4,selective,yes,iter_s,1.10,s,41.5,x\n"
           "b,70B,H100,768,70,8192,84,64,4096,131072,8,1,2,,48,1,,384,,,tflops_gpu,419.7,TF,42,x\n"
           "b,70B,Z100,768,70,8192,84,64,4096,131072,8,1,2,,48,1,,384,,,tflops_gpu,419.7,TF,42,x\n"
           "b,70B,H100,768,70,8192,84,64,4096,131072,8,1,3,,48,1,,384,,,tflops_gpu,419.7,TF,42,x\n"
           "b,70B,H100,768,70,8192,84,64,4096,131072,8,1,2,,48,1,,384,,,wishes,419.7,TF,42,x\n"
           "b,70B,H100,768,70,8192,84,64,4096,131072,8,1,2,,48,1,,384,,,mfu,42,pct,42,x\n");
  REQUIRE(file.rows.size() == 4);
  REQUIRE(file.left_out.size() == 3);
  CHECK(file.left_out[0].reason == "no system 'Z100'");
  CHECK(file.left_out[1].reason.contains("1152 chips, not 768"));
  CHECK(file.left_out[2].reason == "no metric 'wishes'");
  CHECK(file.rows[0].strategy.recompute == Recompute::full);
  CHECK(file.rows[1].strategy.sequence_parallel);
  CHECK(file.rows[2].search_micro_batch);
  CHECK(file.rows[3].value == Approx(0.42));
  for (const auto& row : file.rows) {
    const Prediction p = predict(row);
    CHECK(std::abs(p.error()) < 0.35);
    CHECK(p.error() == Approx(p.value / row.value - 1));
  }
}

TEST_CASE("the hardware FLOPs of a recomputed step are Narayanan's") {
  const MeasuredFile file =
      read(std::string(published) +
           "a,3.6B,A100-80,64,3.6,3072,30,32,2048,51200,2,1,1,1,32,1,16,512,full,no,hw_tflops_gpu,138,TF,44,x\n");
  const Prediction p = predict(file.rows[0]);
  const double seconds = evaluate(file.rows[0].shape, p.strategy, find_machine("A100")).seconds;
  const double h = 3072, l = 30, s = 2048, v = 51200;
  CHECK(p.value ==
        Approx(96 * 512 * s * l * h * h * (1 + s / (6 * h) + v / (16 * l * h)) / seconds / 64 / 1e12).epsilon(1e-9));
}

TEST_CASE("release tables: brackets, missing figures, unknown models") {
  const MeasuredFile file =
      read(std::string(releases) +
           "26.04 NeMo Container,Pre-Training,DGX-GB200,LLAMA3_70B,64,FP8,256,2,8192,64,1,1,1,n/a,n/a,4143,1861,x\n"
           "25.09 NeMo Container,Pre-Training,DGX-GB200,DeepSeekV3 (tokendrop),256,FP8,2048,1,4096,0,1,4 (8),1,4 "
           "(2),64,3454 (2835),899 (738),x\n"
           "26.02 NeMo Container,LoRA,DGX-H100,LLAMA3_70B,8,FP8,32,1,4096,,2,4,1,20,n/a,,735,x\n"
           "26.02 NeMo Container,Pre-Training,DGX-B200,NemotronX,8,FP8,32,1,4096,,1,1,1,1,1,1,1,x\n"
           "26.02 NeMo Container,Pre-Training,DGX-B200,LLAMA3_8B,8,INT3,32,1,4096,,1,1,1,1,1,1,1,x\n"
           "26.02 NeMo Container,Pre-Training,DGX-B200,LLAMA3_8B,8,FP8,many,1,4096,,1,1,1,1,1,1,1,x\n");
  REQUIRE(file.rows.size() == 3);
  CHECK(file.rows[0].strategy.zero == 3);
  CHECK(file.rows[0].parameter_set == "blackwell-2509to2604");
  CHECK(file.rows[1].shape.capacity_factor == 1);
  CHECK(file.rows[1].value == 3454);
  CHECK(file.rows[1].strategy.pp == 4);
  CHECK(file.rows[2].strategy.tuning == Tuning::adapters);
  CHECK(file.rows[2].metric == Metric::model_tflops_chip);
  REQUIRE(file.left_out.size() == 3);
  CHECK(file.left_out[0].reason == "no model 'NemotronX'");
  CHECK(file.left_out[1].reason.contains("INT3"));
  CHECK(file.left_out[2].reason.contains("'many'"));
}

TEST_CASE("a file of another form is refused with what is read") {
  CHECK_THROWS_WITH(read("a,b\n1,2\n"), Catch::Matchers::ContainsSubstring("iteration time (ms)"));
  CHECK_THROWS_WITH(read("accel,h\nA100,2\n"), Catch::Matchers::ContainsSubstring("no column 'set'"));
  CHECK_THROWS_AS(read_measured_file("cases/training/nowhere.csv"), InputError);
}

TEST_CASE("accuracy figures") {
  const Accuracy a = accuracy_of({0.1, -0.3, 0.2, 0.0});
  CHECK(a.bias == Approx(0).margin(1e-12));
  CHECK(a.mean_absolute == Approx(0.15));
  CHECK(a.median_absolute == Approx(0.15));
  CHECK(a.worst == Approx(0.3));
  CHECK(accuracy_of({}).rows == 0);
}

TEST_CASE("accuracy on the rows that were not fitted") {
  // The targets: mean absolute error by set, and bias where one is set.
  struct Target {
    std::string set;
    double mean_absolute, bias;
  };
  const std::vector<Target> targets{
      {"single node", 0.07, 0.02}, {"many nodes", 0.10, 0.02},  {"meg21", 0.05, 0.05},       {"kor22", 0.05, 0.05},
      {"h100r08", 0.07, 0.05},     {"bridge H100", 0.12, 0.12}, {"bridge GB200", 0.12, 0.12}};
  std::vector<Validation> all;
  for (const char* file :
       {"vtrain/single_node.csv", "vtrain/many_nodes.csv", "published/runs.csv", "bridge/releases.csv"}) {
    const MeasuredFile measured = read_measured_file(std::string("cases/training/") + file);
    CHECK(measured.left_out.empty());
    all.push_back(validate(measured, true));
  }
  std::map<std::string, Accuracy> found;
  for (const auto& [set, accuracy] : accuracy_by_set(all, true)) found[set] = accuracy;
  for (const auto& target : targets) {
    const Accuracy& a = found.at(target.set + ", held out");
    INFO(target.set);
    CHECK(a.rows >= 4);
    CHECK(a.mean_absolute <= target.mean_absolute);
    CHECK(std::abs(a.bias) <= target.bias);
  }
}

TEST_CASE("Llama 3 405B, of which no row was fitted") {
  const Validation v = validate(read_measured_file("cases/training/llama3/runs.csv"), false);
  REQUIRE(v.lines.size() == 3);
  for (const auto& line : v.lines) CHECK(std::abs(line.prediction.error()) < 0.10);
}

TEST_CASE("the carried-over rows are those of the referees") {
  if (!std::filesystem::exists("../shared/referees/training")) SKIP("../shared is not here");
  CHECK(read_file("cases/training/vtrain/single_node.csv") ==
        read_file("../shared/referees/training/vtrain_a100_single.csv"));
  CHECK(read_file("cases/training/bridge/releases.csv") ==
        read_file("../shared/referees/training/megatron_bridge.csv"));
}
