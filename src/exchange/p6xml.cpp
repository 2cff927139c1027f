#include "exchange/p6xml.h"

#include <algorithm>
#include <format>
#include <map>
#include <pugixml.hpp>

#include "base/text.h"
#include "exchange/msproject_form.h"
#include "exchange/xer_network.h"

namespace stargate::exchange {

namespace {

using Words = std::map<std::string_view, std::string_view>;  ///< P6 XML's word and XER's

const Words yes{{"1", "Y"}, {"true", "Y"}, {"0", "N"}, {"false", "N"}};
const Words no{{"1", "N"}, {"true", "N"}, {"0", "Y"}, {"false", "Y"}};
const Words constraints{{"Start On", "CS_MSO"},
                        {"Start On or Before", "CS_MSOB"},
                        {"Start On or After", "CS_MSOA"},
                        {"Finish On", "CS_MEO"},
                        {"Finish On or Before", "CS_MEOB"},
                        {"Finish On or After", "CS_MEOA"},
                        {"As Late As Possible", "CS_ALAP"},
                        {"Mandatory Start", "CS_MANDSTART"},
                        {"Mandatory Finish", "CS_MANDFIN"}};
const Words lag_calendars{{"Predecessor Activity Calendar", "rcal_Predecessor"},
                          {"Successor Activity Calendar", "rcal_Successor"},
                          {"24 Hour Calendar", "rcal_24Hour"},
                          {"Project Default Calendar", "rcal_ProjDefault"}};
const Words float_types{{"Start Float = Late Start - Early Start", "FT_SF"},
                        {"Finish Float = Late Finish - Early Finish", "FT_FF"},
                        {"Smallest of Start Float and Finish Float", "FT_MIN"}};
const Words critical_types{{"Critical Float", "CT_TotFloat"}, {"Longest Path", "CT_DrivPath"}};
const Words activity_types{{"Task Dependent", "TT_Task"},      {"Resource Dependent", "TT_Rsrc"},
                           {"Level of Effort", "TT_LOE"},      {"Start Milestone", "TT_Mile"},
                           {"Finish Milestone", "TT_FinMile"}, {"WBS Summary", "TT_WBS"}};
const Words statuses{{"Not Started", "TK_NotStart"}, {"In Progress", "TK_Active"}, {"Completed", "TK_Complete"}};
const Words percent_types{
    {"Physical", "CP_Phys"}, {"Duration", "CP_Drtn"}, {"Units", "CP_Units"}, {"Scope", "CP_Drtn"}};
const Words link_types{{"Finish to Start", "PR_FS"},
                       {"Start to Start", "PR_SS"},
                       {"Finish to Finish", "PR_FF"},
                       {"Start to Finish", "PR_SF"}};
const Words resource_types{{"Labor", "RT_Labor"}, {"Nonlabor", "RT_Equip"}, {"Material", "RT_Mat"}};
const Words external{{"1", "SD_None"}, {"true", "SD_None"}, {"0", "SD_Both"}, {"false", "SD_Both"}};

/// One column of a table: the XER field, the XML element, and how its words are said.
struct Column {
  std::string_view field;
  const char* element;
  const Words* words = nullptr;
  double scale = 1;  ///< for numbers in another unit
};

const std::vector<Column> project_columns{{"proj_id", "ObjectId"},
                                          {"proj_short_name", "Id"},
                                          {"clndr_id", "ActivityDefaultCalendarObjectId"},
                                          {"plan_start_date", "PlannedStartDate"},
                                          {"plan_end_date", "MustFinishByDate"},
                                          {"last_recalc_date", "DataDate"},
                                          {"critical_path_type", "CriticalActivityPathType", &critical_types},
                                          {"critical_drtn_hr_cnt", "CriticalActivityFloatLimit"}};
const std::vector<Column> option_columns{
    {"sched_calendar_on_relationship_lag", "RelationshipLagCalendar", &lag_calendars},
    {"sched_float_type", "ComputeTotalFloatType", &float_types},
    {"sched_open_critical_flag", "MakeOpenEndedActivitiesCritical", &yes},
    {"sched_use_expect_end_flag", "UseExpectedFinishDates", &yes},
    {"sched_lag_early_start_flag", "StartToStartLagCalculationType", &yes},
    {"sched_outer_depend_type", "IgnoreOtherProjectRelationships", &external}};
const std::vector<Column> wbs_columns{
    {"wbs_id", "ObjectId"}, {"parent_wbs_id", "ParentObjectId"}, {"wbs_name", "Name"}, {"proj_id", "ProjectObjectId"}};
const std::vector<Column> task_columns{{"task_id", "ObjectId"},
                                       {"task_code", "Id"},
                                       {"task_name", "Name"},
                                       {"proj_id", "ProjectObjectId"},
                                       {"wbs_id", "WBSObjectId"},
                                       {"clndr_id", "CalendarObjectId"},
                                       {"task_type", "Type", &activity_types},
                                       {"status_code", "Status", &statuses},
                                       {"complete_pct_type", "PercentCompleteType", &percent_types},
                                       {"phys_complete_pct", "PhysicalPercentComplete", nullptr, 100},
                                       {"target_drtn_hr_cnt", "PlannedDuration"},
                                       {"remain_drtn_hr_cnt", "RemainingDuration"},
                                       {"act_start_date", "ActualStartDate"},
                                       {"act_end_date", "ActualFinishDate"},
                                       {"target_start_date", "PlannedStartDate"},
                                       {"target_end_date", "PlannedFinishDate"},
                                       {"early_start_date", "RemainingEarlyStartDate"},
                                       {"early_end_date", "RemainingEarlyFinishDate"},
                                       {"late_start_date", "RemainingLateStartDate"},
                                       {"late_end_date", "RemainingLateFinishDate"},
                                       {"resume_date", "ResumeDate"},
                                       {"expect_end_date", "ExpectedFinishDate"},
                                       {"external_early_start_date", "ExternalEarlyStartDate"},
                                       {"external_late_end_date", "ExternalLateFinishDate"},
                                       {"cstr_type", "PrimaryConstraintType", &constraints},
                                       {"cstr_date", "PrimaryConstraintDate"},
                                       {"cstr_type2", "SecondaryConstraintType", &constraints},
                                       {"cstr_date2", "SecondaryConstraintDate"},
                                       {"act_work_qty", "ActualLaborUnits"},
                                       {"remain_work_qty", "RemainingLaborUnits"},
                                       {"act_equip_qty", "ActualNonLaborUnits"},
                                       {"remain_equip_qty", "RemainingNonLaborUnits"}};
const std::vector<Column> link_columns{{"task_pred_id", "ObjectId"},
                                       {"task_id", "SuccessorActivityObjectId"},
                                       {"pred_task_id", "PredecessorActivityObjectId"},
                                       {"pred_type", "Type", &link_types},
                                       {"lag_hr_cnt", "Lag"}};
const std::vector<Column> resource_columns{{"rsrc_id", "ObjectId"},
                                           {"rsrc_short_name", "Id"},
                                           {"rsrc_type", "ResourceType", &resource_types},
                                           {"clndr_id", "CalendarObjectId"}};
const std::vector<Column> rate_columns{
    {"rsrc_id", "ResourceObjectId"}, {"max_qty_per_hr", "MaxUnitsPerTime"}, {"start_date", "EffectiveDate"}};
const std::vector<Column> assignment_columns{{"task_id", "ActivityObjectId"},
                                             {"rsrc_id", "ResourceObjectId"},
                                             {"target_qty_per_hr", "PlannedUnitsPerTime"},
                                             {"target_cost", "PlannedCost"},
                                             {"act_reg_cost", "ActualCost"}};

class Converter {
 public:
  Converter(const std::string& file, std::string_view text)
      : text_(text), document_(parse_xml(file, text)), root_(document_.document_element()) {
    xer_.file = file;
    xer_.header = {"P6 XML", "", "Project", "", "", "", "Project Management", ""};
  }

  XerFile convert() {
    XerTable& projects = table("PROJECT", project_columns);
    for (const auto& project : root_.children("Project")) add(projects, project_columns, project);
    options();
    calendars();
    everywhere("PROJWBS", "WBS", wbs_columns);
    everywhere("TASK", "Activity", task_columns);
    everywhere("TASKPRED", "Relationship", link_columns);
    everywhere("RSRC", "Resource", resource_columns);
    everywhere("RSRCRATE", "ResourceRate", rate_columns);
    everywhere("TASKRSRC", "ResourceAssignment", assignment_columns);
    return std::move(xer_);
  }

 private:
  static pugi::xml_document parse_xml(const std::string& file, std::string_view text) {
    pugi::xml_document document;
    const auto result = document.load_buffer(text.data(), text.size());
    if (!result) {
      const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, result.offset));
      const auto line = std::ranges::count(text.substr(0, std::min(at, text.size())), '\n') + 1;
      throw InputError({file, static_cast<std::size_t>(line), 0}, "this is no XML", "tags that close, one root");
    }
    return document;
  }

  XerTable& table(std::string name, const std::vector<Column>& columns) {
    XerTable t{std::move(name), {}, {}};
    for (const Column& c : columns) t.fields.emplace_back(c.field);
    xer_.tables.push_back(std::move(t));
    return xer_.tables.back();
  }

  std::string value(const pugi::xml_node& node, const Column& column) const {
    std::string text(trim(node.child_value(column.element)));
    if (text.empty()) return text;
    if (column.words) {
      const auto word = column.words->find(text);
      return word == column.words->end() ? text : std::string(word->second);
    }
    if (column.scale != 1)
      if (const auto number = parse_number(text)) return shortest(*number * column.scale);
    if (column.field.ends_with("_date") || column.field.ends_with("_date2") || column.field == "cstr_date")
      if (const auto at = parse_project_time(text)) return xer_time(*at);
    return text;
  }

  void add(XerTable& t, const std::vector<Column>& columns, const pugi::xml_node& node) {
    XerTable::Record record{line_of(text_, node), {}};
    for (const Column& c : columns) record.values.push_back(value(node, c));
    t.records.push_back(std::move(record));
  }

  /// Objects stand under their project, or under the root.
  void everywhere(std::string name, const char* element, const std::vector<Column>& columns) {
    XerTable& t = table(std::move(name), columns);
    const std::size_t project = t.field("proj_id");
    for (const auto& node : root_.children(element)) add(t, columns, node);
    for (const auto& parent : root_.children("Project"))
      for (const auto& node : parent.children(element)) {
        add(t, columns, node);
        if (project != XerTable::npos && t.records.back().values[project].empty())
          t.records.back().values[project] = parent.child_value("ObjectId");
      }
  }

  void options() {
    XerTable& t = table("SCHEDOPTIONS", option_columns);
    for (const char* field : {"proj_id", "sched_retained_logic", "sched_progress_override"})
      t.fields.emplace_back(field);
    const auto take = [&](const pugi::xml_node& node, const std::string& project) {
      add(t, option_columns, node);
      const std::string_view rule = node.child_value("OutOfSequenceScheduleType");
      auto& values = t.records.back().values;
      values.push_back(project);
      values.emplace_back(rule == "Progress Override" || rule == "Actual Dates" ? "N" : "Y");
      values.emplace_back(rule == "Progress Override" ? "Y" : "N");
    };
    for (const auto& project : root_.children("Project"))
      for (const auto& node : project.children("ScheduleOptions")) take(node, project.child_value("ObjectId"));
    for (const auto& node : root_.children("ScheduleOptions"))
      for (const auto& project : root_.children("Project")) take(node, project.child_value("ObjectId"));
  }

  static construction::DayHours hours_of(const pugi::xml_node& day) {
    construction::DayHours hours;
    for (const auto& span : day.children("WorkTime"))
      if (*span.child_value("Start")) add_shift(hours, span.child_value("Start"), span.child_value("Finish"));
    return hours;
  }

  void calendars() {
    XerTable& t = table("CALENDAR", {});
    t.fields = {"clndr_id", "clndr_name", "base_clndr_id", "day_hr_cnt", "clndr_data"};
    constexpr std::array<std::string_view, 7> names{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
    const auto take = [&](const pugi::xml_node& node) {
      CalendarData data;
      for (const auto& day : node.child("StandardWorkWeek").children("StandardWorkHours")) {
        const auto at = std::ranges::find(names, std::string_view(day.child_value("DayOfWeek")));
        if (at == names.end()) continue;
        data.week[static_cast<std::size_t>(at - names.begin())] = hours_of(day);
        data.has_week = true;
      }
      for (const auto& day : node.child("HolidayOrExceptions").children("HolidayOrException"))
        if (const auto date = parse_project_time(day.child_value("Date")))
          data.exceptions[construction::day_of(*date)] = hours_of(day);
      t.records.push_back(
          {line_of(text_, node),
           {node.child_value("ObjectId"), node.child_value("Name"), node.child_value("BaseCalendarObjectId"),
            node.child_value("HoursPerDay"), calendar_data(data)}});
    };
    for (const auto& node : root_.children("Calendar")) take(node);
    for (const auto& project : root_.children("Project"))
      for (const auto& node : project.children("Calendar")) take(node);
  }

  std::string_view text_;
  pugi::xml_document document_;
  pugi::xml_node root_;
  XerFile xer_;
};

}  // namespace

bool is_p6_xml(std::string_view text) {
  const std::size_t at = text.find("<APIBusinessObjects");
  return at != std::string_view::npos && at < 4096;
}

XerFile xer_from_p6_xml(const std::string& file, std::string_view text) { return Converter(file, text).convert(); }

}  // namespace stargate::exchange
