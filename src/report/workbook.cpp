#include "report/workbook.h"

#include <xlsxwriter.h>

#include <cerrno>
#include <cstring>
#include <format>
#include <set>

#include "base/files.h"

namespace stargate::report {

namespace {

using namespace capital;
using enum Item;

constexpr std::size_t primitive_count = static_cast<std::size_t>(Item::revenue);
constexpr lxw_row_t first_row = 4;  // of statement lines, counted from 0
constexpr lxw_col_t first_data_column = 3, first_column = 1;

std::string cell(lxw_row_t row, lxw_col_t column) {
  char text[LXW_MAX_CELL_NAME_LENGTH];
  lxw_rowcol_to_cell(text, row, column);
  return text;
}

double usd(Cents amount) { return static_cast<double>(amount) / 100; }

class Writer {
 public:
  Writer(const std::filesystem::path& file, const FinanceInput& input, const FinanceResult& result,
         const FinanceMeasures& measures, bool with_results)
      : input_(input),
        result_(result),
        measures_(measures),
        with_results_(with_results),
        book_(workbook_new(file.c_str())) {
    lxw_doc_properties properties{};
    properties.title = const_cast<char*>("Finances of the plan");
    properties.created =
        std::chrono::system_clock::to_time_t(std::chrono::system_clock::time_point(input.start.first_day()));
    workbook_set_properties(book_, &properties);
    head_ = workbook_add_format(book_);
    format_set_bold(head_);
    money_ = workbook_add_format(book_);
    format_set_num_format(money_, "#,##0;[Red]-#,##0");
    total_ = workbook_add_format(book_);
    format_set_num_format(total_, "#,##0;[Red]-#,##0");
    format_set_bold(total_);
    ratio_ = workbook_add_format(book_);
    format_set_num_format(ratio_, "0.0000");
    percent_ = workbook_add_format(book_);
    format_set_num_format(percent_, "0.00%");
    date_ = workbook_add_format(book_);
    format_set_num_format(date_, "yyyy-mm-dd");
  }

  void write() {
    lxw_worksheet* summary = add("Summary");
    name_sheets();
    for (std::size_t l = 0; l < layer_count; ++l)
      statement(layer_sheets_[l], layer_title(l), result_.layers[l], [&](std::size_t item, std::size_t t) {
        return std::format("SUM(Data!{}:{})", data_cell(l, item, 0, t), data_cell(l, item, input_.sites.size() - 1, t));
      });
    statement("Holding", "holding company: equity, notes on corporate credit, tax", result_.companies.back().books,
              [&](std::size_t item, std::size_t t) { return "Data!" + cell(holding_row(item), column_of(t)); });
    statement("Programme", "programme: all companies, flows within the group cancelled", result_.programme,
              [&](std::size_t item, std::size_t t) {
                const auto at = cell(row_of(static_cast<Item>(item)), first_column + static_cast<lxw_col_t>(t));
                return std::format("Building!{0}+Power!{0}+GPUs!{0}+Holding!{0}", at);
              });
    for (std::size_t s = 0; s < input_.sites.size(); ++s)
      statement(site_sheets_[s], "site company: " + input_.sites[s].name, result_.sites[s],
                [&](std::size_t item, std::size_t t) {
                  return std::format("Data!{}+Data!{}+Data!{}", data_cell(0, item, s, t), data_cell(1, item, s, t),
                                     data_cell(2, item, s, t));
                });
    const auto balance_rows = sources_and_uses_sheet();
    debt_sheet();
    returns_sheet();
    identity_sheet(balance_rows);
    data_sheet();
    summary_sheet(summary);
  }

  lxw_error close() { return workbook_close(book_); }

 private:
  lxw_worksheet* add(const std::string& name) {
    auto* sheet = workbook_add_worksheet(book_, name.c_str());
    worksheet_set_column(sheet, 0, 0, 44, nullptr);
    worksheet_set_column(sheet, 1, 400, 17, nullptr);
    return sheet;
  }

  void text(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const std::string& what,
            lxw_format* format = nullptr) {
    worksheet_write_string(sheet, row, column, what.c_str(), format);
  }
  void formula(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const std::string& what, double value,
               lxw_format* format) {
    worksheet_write_formula_num(sheet, row, column, ("=" + what).c_str(), format, with_results_ ? value : 0.0);
  }

  void quarters_head(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, std::size_t count) {
    for (std::size_t t = 0; t < count; ++t)
      text(sheet, row, column + static_cast<lxw_col_t>(t), to_string(input_.start + static_cast<int>(t)), head_);
  }

  // Excel allows 31 letters, none of []:*?/\ .
  void name_sheets() {
    std::set<std::string> taken{"Summary",          "Data", "Programme", "Building", "Power", "GPUs", "Holding",
                                "Sources and uses", "Debt", "Returns",   "Identity"};
    for (const auto& site : input_.sites) {
      std::string name = "Site " + site.id.substr(0, 22);
      for (char& c : name)
        if (std::string_view("[]:*?/\\'").find(c) != std::string_view::npos) c = '_';
      std::string unique = name;
      for (int n = 2; !taken.insert(unique).second; ++n) unique = std::format("{} {}", name, n);
      site_sheets_.push_back(unique);
    }
  }
  static std::string layer_title(std::size_t l) { return std::string("layer over all sites: ") + layer_names[l]; }

  // ---- places ----
  static lxw_col_t column_of(std::size_t t) { return first_data_column + static_cast<lxw_col_t>(t); }
  /// Rows of "Data": for each layer and line a block of sites, so that a layer's line is one range.
  lxw_row_t data_row(std::size_t layer, std::size_t item, std::size_t site) const {
    return static_cast<lxw_row_t>(1 + (layer * primitive_count + item) * input_.sites.size() + site);
  }
  lxw_row_t holding_row(std::size_t item) const {
    return static_cast<lxw_row_t>(1 + layer_count * primitive_count * input_.sites.size() + item);
  }
  std::string data_cell(std::size_t layer, std::size_t item, std::size_t site, std::size_t t) const {
    return cell(data_row(layer, item, site), column_of(t));
  }
  static lxw_row_t row_of(Item item) { return first_row + static_cast<lxw_row_t>(item); }

  // ---- sheets ----
  void data_sheet() {
    auto* sheet = add("Data");
    for (const auto& [column, name] :
         std::initializer_list<std::pair<lxw_col_t, const char*>>{{0, "company"}, {1, "layer"}, {2, "line"}})
      text(sheet, 0, column, name, head_);
    quarters_head(sheet, 0, first_data_column, result_.quarters);
    const auto row = [&](lxw_row_t at, const std::string& who, const std::string& layer, std::size_t item,
                         const Statement& books) {
      text(sheet, at, 0, who);
      text(sheet, at, 1, layer);
      text(sheet, at, 2, std::string(name_of(static_cast<Item>(item)).key));
      for (std::size_t t = 0; t < result_.quarters; ++t)
        worksheet_write_number(sheet, at, column_of(t), usd(books.at(static_cast<Item>(item), t)), money_);
    };
    for (std::size_t l = 0; l < layer_count; ++l)
      for (std::size_t i = 0; i < primitive_count; ++i)
        for (std::size_t s = 0; s < input_.sites.size(); ++s)
          row(data_row(l, i, s), input_.sites[s].id, layer_names[l], i, result_.companies[s * layer_count + l].books);
    for (std::size_t i = 0; i < primitive_count; ++i)
      row(holding_row(i), "holding", "", i, result_.companies.back().books);
    worksheet_freeze_panes(sheet, 1, 3);
  }

  /// Primitive lines are taken from below by `source`, derived ones are the engine's own rules as formulas.
  void statement(const std::string& name, const std::string& title, const Statement& books, auto&& source) {
    auto* sheet = add(name);
    text(sheet, 0, 0, title, head_);
    text(sheet, 1, 0, "USD; cash out is negative only where the line says so");
    quarters_head(sheet, first_row - 1, first_column, result_.quarters);
    for (std::size_t i = 0; i < item_count; ++i) {
      const auto item = static_cast<Item>(i);
      text(sheet, row_of(item), 0, std::string(name_of(item).label), i < primitive_count ? nullptr : head_);
      if (i < primitive_count)
        for (std::size_t t = 0; t < result_.quarters; ++t)
          formula(sheet, row_of(item), first_column + static_cast<lxw_col_t>(t), source(i, t), usd(books.at(item, t)),
                  money_);
    }
    for (const Rule& rule : rules())
      for (std::size_t t = 0; t < result_.quarters; ++t) {
        const auto column = first_column + static_cast<lxw_col_t>(t);
        std::string sum = rule.balance && t > 0 ? cell(row_of(rule.item), column - 1) : "0";
        for (const auto& [sign, term] : rule.terms) sum += (sign > 0 ? "+" : "-") + cell(row_of(term), column);
        formula(sheet, row_of(rule.item), column, sum, usd(books.at(rule.item, t)), total_);
      }
    worksheet_freeze_panes(sheet, first_row, 1);
  }

  /// Gives the rows of total sources and total uses.
  std::pair<lxw_row_t, lxw_row_t> sources_and_uses_sheet() {
    auto* sheet = add("Sources and uses");
    text(sheet, 0, 0, "sources and uses over the plan's horizon, USD", head_);
    quarters_head(sheet, 2, first_column, input_.plan_quarters);
    lxw_row_t row = 3;
    std::array<lxw_row_t, 2> totals{};
    const auto table = sources_and_uses(input_, result_);
    for (const auto& [k, side] :
         std::initializer_list<std::pair<std::size_t, const char*>>{{0, "source"}, {1, "use"}}) {
      text(sheet, row++, 0, k == 0 ? "sources" : "uses", head_);
      const lxw_row_t first = row;
      Quarterly total(input_.plan_quarters);
      for (const auto& line : table) {
        if (line.side != side) continue;
        text(sheet, row, 0, line.name);
        for (std::size_t t = 0; t < input_.plan_quarters; ++t) {
          const auto column = first_column + static_cast<lxw_col_t>(t);
          if (line.name == "rise of cash and reserves") {
            const auto change = [&](Item item) {
              const auto now = "Programme!" + cell(row_of(item), column);
              return t > 0 ? now + "-Programme!" + cell(row_of(item), column - 1) : now;
            };
            formula(sheet, row, column, change(cash) + "+" + change(reserve), usd(line.amounts[t]), money_);
          } else {
            worksheet_write_number(sheet, row, column, usd(line.amounts[t]), money_);
          }
          total[t] += line.amounts[t];
        }
        ++row;
      }
      totals[k] = row;
      text(sheet, row, 0, k == 0 ? "all sources" : "all uses", head_);
      for (std::size_t t = 0; t < input_.plan_quarters; ++t) {
        const auto column = first_column + static_cast<lxw_col_t>(t);
        formula(sheet, row, column, std::format("SUM({}:{})", cell(first, column), cell(row - 1, column)),
                usd(total[t]), total_);
      }
      row += 2;
    }
    text(sheet, row, 0, "difference", head_);
    for (std::size_t t = 0; t < input_.plan_quarters; ++t) {
      const auto column = first_column + static_cast<lxw_col_t>(t);
      formula(sheet, row, column, std::format("ROUND({}-{},2)", cell(totals[0], column), cell(totals[1], column)), 0,
              total_);
    }
    return {totals[0], totals[1]};
  }

  /// Each loan's account by roll-forward, and the cover of each company.
  void debt_sheet() {
    auto* sheet = add("Debt");
    text(sheet, 0, 0, "loans by company, USD; cover is cash for service over scheduled service", head_);
    quarters_head(sheet, 2, first_column, result_.quarters);
    lxw_row_t row = 3;
    for (std::size_t c = 0; c < result_.companies.size(); ++c) {
      const auto& company = result_.companies[c];
      if (company.loans.empty()) continue;
      const std::string who =
          company.layer ? input_.sites[company.site].id + " " + layer_names[static_cast<std::size_t>(*company.layer)]
                        : "holding";
      for (const auto& loan : company.loans) {
        text(sheet, row, 0, who + ": " + input_.sources[loan.source].name, head_);
        const std::array<std::pair<const char*, const Quarterly*>, 4> lines{
            {{"interest", &loan.interest}, {"fees", &loan.fees}, {"drawn", &loan.drawn}, {"repaid", &loan.repaid}}};
        for (lxw_row_t i = 0; i < 4; ++i) {
          text(sheet, row + 1 + i, 0, lines[i].first);
          for (std::size_t t = 0; t < result_.quarters; ++t)
            worksheet_write_number(sheet, row + 1 + i, first_column + static_cast<lxw_col_t>(t),
                                   usd((*lines[i].second)[t]), money_);
        }
        text(sheet, row + 5, 0, "balance", head_);
        for (std::size_t t = 0; t < result_.quarters; ++t) {
          const auto column = first_column + static_cast<lxw_col_t>(t);
          const std::string before = t > 0 ? cell(row + 5, column - 1) : "0";
          formula(sheet, row + 5, column, std::format("{}+{}-{}", before, cell(row + 3, column), cell(row + 4, column)),
                  usd(loan.end_balance[t]), total_);
        }
        row += 7;
      }
      if (!company.layer) continue;
      text(sheet, row, 0, who + ": cash for debt service");
      text(sheet, row + 1, 0, who + ": scheduled service");
      text(sheet, row + 2, 0, who + ": cover", head_);
      for (std::size_t t = 0; t < result_.quarters; ++t) {
        const auto column = first_column + static_cast<lxw_col_t>(t);
        worksheet_write_number(sheet, row, column, usd(company.cash_for_service[t]), money_);
        worksheet_write_number(sheet, row + 1, column, usd(company.service[t]), money_);
        formula(sheet, row + 2, column, std::format("IF({0}>0,{1}/{0},0)", cell(row + 1, column), cell(row, column)),
                company.dscr[t], ratio_);
      }
      row += 4;
    }
    worksheet_freeze_panes(sheet, 3, 1);
  }

  void write_date(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, Date date) {
    const std::chrono::year_month_day day{date};
    lxw_datetime value{
        int(day.year()), static_cast<int>(unsigned(day.month())), static_cast<int>(unsigned(day.day())), 0, 0, 0};
    worksheet_write_datetime(sheet, row, column, &value, date_);
  }

  /// Dated flows down the sheet, one column a holder: rates, multiples and present values above them.
  void returns_sheet() {
    auto* sheet = add("Returns");
    text(sheet, 0, 0, "flows at the first (calls) and last day (the rest) of each quarter, USD; rates by XIRR", head_);
    text(sheet, 1, 0, "discount rate");
    worksheet_write_number(sheet, 1, 1, measures_.discount_rate, percent_);
    const lxw_row_t first = 8, last = first + static_cast<lxw_row_t>(2 * result_.quarters) - 1;
    for (const auto& [row, label] : std::initializer_list<std::pair<lxw_row_t, const char*>>{
             {2, "who"}, {3, "rate of return"}, {4, "net present value"}, {5, "paid out over paid in"}, {7, "date"}})
      text(sheet, row, 0, label, head_);
    for (std::size_t t = 0; t < result_.quarters; ++t) {
      const Quarter q = input_.start + static_cast<int>(t);
      write_date(sheet, first + static_cast<lxw_row_t>(2 * t), 0, q.first_day());
      write_date(sheet, first + static_cast<lxw_row_t>(2 * t) + 1, 0, q.last_day());
    }
    lxw_col_t column = 1;
    const auto put = [&](const std::string& who, const InternalRate& rate, double value, double multiple, auto&& flow) {
      text(sheet, 2, column, who, head_);
      const auto range = std::format("{}:{}", cell(first, column), cell(last, column)),
                 dates = std::format("$A${}:$A${}", first + 1, last + 1);
      if (rate.given)
        formula(sheet, 3, column, std::format("XIRR({},{},{:.6f})", range, dates, *rate.given), *rate.given, percent_);
      else
        text(sheet, 3, column, "none");
      formula(sheet, 4, column, std::format("SUMPRODUCT({},(1+$B$2)^(-({}-$A${})/365))", range, dates, first + 1),
              value, money_);
      formula(sheet, 5, column, std::format("IF(SUMIF({0},\"<0\")<0,-SUMIF({0},\">0\")/SUMIF({0},\"<0\"),0)", range),
              multiple, ratio_);
      for (std::size_t t = 0; t < result_.quarters; ++t) flow(first + static_cast<lxw_row_t>(2 * t), t);
      ++column;
    };
    put("project, before financing", measures_.project_rate, measures_.project_npv_usd_m * 1e6,
        multiple_of(project_cash(result_.programme)), [&](lxw_row_t row, std::size_t t) {
          const auto at = first_column + static_cast<lxw_col_t>(t);
          worksheet_write_number(sheet, row, column, 0, money_);
          formula(sheet, row + 1, column,
                  std::format("Programme!{}+Programme!{}", cell(row_of(operating_cash), at),
                              cell(row_of(investing_cash), at)),
                  usd(project_cash(result_.programme)[t]), money_);
        });
    for (std::size_t h = 0; h < result_.holdings.size(); ++h) {
      const auto& holding = result_.holdings[h];
      const auto& m = measures_.investors[h];
      double value = 0;
      for (std::size_t t = 0; t < result_.quarters; ++t) {
        const Quarter q = input_.start + static_cast<int>(t);
        const auto factor = [&](Date d) {
          return std::pow(1 + measures_.discount_rate,
                          -static_cast<double>((d - input_.start.first_day()).count()) / 365.0);
        };
        value += usd(holding.paid[t]) * factor(q.last_day()) - usd(holding.called[t]) * factor(q.first_day());
      }
      put(m.name, m.rate, value, m.multiple, [&](lxw_row_t row, std::size_t t) {
        worksheet_write_number(sheet, row, column, -usd(holding.called[t]), money_);
        worksheet_write_number(sheet, row + 1, column, usd(holding.paid[t]), money_);
      });
    }
    worksheet_freeze_panes(sheet, first, 1);
  }

  static double multiple_of(const Quarterly& flows) {
    double in = 0, out = 0;
    for (const Cents f : flows) (f < 0 ? in : out) += usd(f);
    return in < 0 ? -out / in : 0;
  }

  void identity_sheet(std::pair<lxw_row_t, lxw_row_t> totals) {
    auto* sheet = add("Identity");
    for (const auto& [column, name] : std::initializer_list<std::pair<lxw_col_t, const char*>>{
             {0, "identity"}, {1, "left"}, {2, "right"}, {3, "difference"}})
      text(sheet, 0, column, name, head_);
    lxw_row_t row = 1;
    const auto put = [&](const std::string& name, const std::string& left, const std::string& right, double value) {
      text(sheet, row, 0, name);
      formula(sheet, row, 1, left, value, money_);
      formula(sheet, row, 2, right, value, money_);
      formula(sheet, row, 3, std::format("ROUND(B{0}-C{0},2)", row + 1), 0, total_);
      ++row;
    };
    const auto range = [&](const std::string& sheet_name, lxw_row_t at, std::size_t count) {
      return std::format("SUM('{}'!{}:{})", sheet_name, cell(at, first_column),
                         cell(at, first_column + static_cast<lxw_col_t>(count) - 1));
    };
    const auto of = [&](Item item) { return range("Programme", row_of(item), result_.quarters); };
    Cents drawn = 0;
    for (const auto& line : sources_and_uses(input_, result_))
      if (line.side == "source") drawn += sum(line.amounts);
    put("sources = uses", range("Sources and uses", totals.first, input_.plan_quarters),
        range("Sources and uses", totals.second, input_.plan_quarters), usd(drawn));
    put("assets = liabilities and equity, summed over quarters", of(total_assets), of(total_funds),
        usd(sum(result_.programme.line(total_assets))));
    std::string companies = range("Holding", row_of(cash_change), result_.quarters);
    for (const auto& name : site_sheets_) companies += "+" + range(name, row_of(cash_change), result_.quarters);
    put("cash of companies = cash of the programme", companies, of(cash_change),
        usd(sum(result_.programme.line(cash_change))));
    put("net income over the whole life = paid to owners less called", of(net_income),
        of(common_paid) + "+" + of(preferred_paid) + "+" + of(preferred_redeemed) + "-" + of(common_called) + "-" +
            of(preferred_called),
        usd(sum(result_.programme.line(net_income))));
  }

  void summary_sheet(lxw_worksheet* sheet) {
    text(sheet, 0, 0, input_.name, head_);
    lxw_row_t row = 2;
    const auto put = [&](const char* label, const std::string& what, double value, lxw_format* format) {
      text(sheet, row, 0, label);
      formula(sheet, row++, 1, what, value, format);
    };
    const auto total = [&](Item item) {
      return std::format("SUM(Programme!{}:{})", cell(row_of(item), first_column),
                         cell(row_of(item), first_column + static_cast<lxw_col_t>(result_.quarters) - 1));
    };
    put("capital spending of the plan, USD", total(capital_spending),
        usd(sum(result_.programme.line(capital_spending))), money_);
    put("compute sold, USD", total(compute_sales), usd(sum(result_.programme.line(compute_sales))), money_);
    put("EBITDA, USD", total(ebitda), usd(sum(result_.programme.line(ebitda))), money_);
    put("net income, USD", total(net_income), usd(sum(result_.programme.line(net_income))), money_);
    if (measures_.project_rate.given)
      put("project rate of return", "Returns!B4", *measures_.project_rate.given, percent_);
    put("project net present value, USD", "Returns!B5", measures_.project_npv_usd_m * 1e6, money_);
    put("worst difference of any identity, USD", "MAX(Identity!D2:D5)-MIN(Identity!D2:D5)", 0, money_);
  }

  const FinanceInput& input_;
  const FinanceResult& result_;
  const FinanceMeasures& measures_;
  bool with_results_;
  lxw_workbook* book_;
  lxw_format *head_, *money_, *total_, *ratio_, *percent_, *date_;
  std::vector<std::string> site_sheets_;
  const std::array<const char*, layer_count> layer_sheets_{"Building", "Power", "GPUs"};
};

}  // namespace

void write_workbook(const std::filesystem::path& path, const FinanceInput& input, const FinanceResult& result,
                    const FinanceMeasures& measures, bool with_results) {
  StagedFile staged(path);
  Writer writer(staged.path(), input, result, measures, with_results);
  writer.write();
  if (const lxw_error failed = writer.close(); failed != LXW_NO_ERROR)
    throw OutputError(std::format("{}: cannot write the workbook: {}", path.string(), std::strerror(errno)));
  staged.commit();
}

}  // namespace stargate::report
