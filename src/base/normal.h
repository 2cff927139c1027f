#pragma once

namespace stargate {

/// The standard normal's distribution function.
double normal_cdf(double z);
/// Its inverse for a share in (0, 1), to about 1e-15 (Wichura, algorithm AS 241, Applied Statistics 37, 1988). InputError
/// for a share outside.
double normal_quantile(double share);

}  // namespace stargate
