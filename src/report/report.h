#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "blueprint/plan.h"
#include "programme/programme.h"

namespace stargate::report {

/// The plan as one self-contained HTML page for planners, lenders and policy readers: markup, style, script, map and
/// data in one file that makes no request (its Content-Security-Policy forbids any). A pure function: the same
/// programme and plan give the same bytes. Tables of a plan may be empty; their parts of the page say so.
std::string report_html(const Programme& programme, const Plan& plan);

/// What the page shows, as it stands in the page.
nlohmann::json report_data(const Programme& programme, const Plan& plan);

/// Every site of the programme as a GeoJSON point (RFC 7946) for a GIS: whether and when the plan opens it, and for
/// each quarter q `it_mw_q` (IT power installed) and `facility_mw_q` (facility peak).
std::string sites_geojson(const Programme& programme, const Plan& plan);
/// The same into a file, under a temporary name first. InputError if it cannot be written.
void write_geojson(const Programme& programme, const Plan& plan, const std::filesystem::path& file);

}  // namespace stargate::report
