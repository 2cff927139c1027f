#pragma once
#include <cmath>
#include <complex>
#include <string>
#include <vector>

namespace stargate::powerflow {

/// Magnitude and angle as a complex number. A magnitude may come out negative on the way to a solution, which std::polar
/// does not allow.
inline std::complex<double> phasor(double magnitude, double angle_rad) {
  return {magnitude * std::cos(angle_rad), magnitude * std::sin(angle_rad)};
}

/// What is given at a bus: its power, its power and voltage, or its voltage and angle.
enum class BusKind { pq, pv, slack };

struct Bus {
  std::string name;
  BusKind kind = BusKind::pq;
  double load_mw = 0, load_mvar = 0;
  double shunt_mw = 0, shunt_mvar = 0;  ///< taken (MW) and given (Mvar) at a voltage of 1
  double base_kv = 1;
  double voltage = 1, angle_deg = 0;  ///< where the iteration starts; the angle of a slack bus is kept
  double voltage_min = 0.9, voltage_max = 1.1;
};

struct Generator {
  std::string name;
  std::size_t bus = 0;
  double p_mw = 0, q_mvar = 0;
  double p_min_mw = 0, p_max_mw = 0;
  double q_min_mvar = 0, q_max_mvar = 0;
  double voltage_set = 1;  ///< of its bus, where that is pv or slack; the first of a bus's generators decides
};

/// A line, or a transformer with its tap at `from`: pi model, per unit of base_mva.
struct Branch {
  std::string name;
  std::size_t from = 0, to = 0;
  double r = 0, x = 0, b = 0;
  double ratio = 1, shift_deg = 0;
  double rate_mva = 0, emergency_mva = 0;  ///< for continuous use and after an outage; 0: no limit
  double angle_min_deg = -360, angle_max_deg = 360;  ///< of the angle at `from` less that at `to`; 360: no limit
};

/// A network in service: everything that stands here is connected.
struct Case {
  std::string name;
  double base_mva = 100;
  std::vector<Bus> buses;
  std::vector<Generator> generators;
  std::vector<Branch> branches;
};

/// std::invalid_argument, naming what is wrong: no bus, names twice, ends that are not there, a branch without impedance,
/// numbers that are not finite, a part of the network without a slack bus, a slack or pv bus without generator. O(size).
void check(const Case& network);

/// Island number of each bus, from 0; `out` (a branch number or none) does not count as connected. O(buses + branches).
inline constexpr std::size_t none = static_cast<std::size_t>(-1);
std::vector<std::size_t> islands(const Case& network, std::size_t out = none);

/// Two-port admittances of a branch: the currents at its ends are yff Vf + yft Vt and ytf Vf + ytt Vt (MATPOWER's manual,
/// equation 3.2).
struct TwoPort {
  std::complex<double> ff, ft, tf, tt;
};
TwoPort two_port(const Branch& branch);

}  // namespace stargate::powerflow
