"""Functions: which ones a query may call. What is not listed is refused.

Left out on purpose: what makes huge values from small ones (`repeat`, scalar `range`), sleeps,
runs SQL held in text, reads settings, sequences or variables, or writes anywhere.
"""

from __future__ import annotations

TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "json_each", "json_tree"})

_NUMBERS = """
abs acos acosh add asin asinh atan atan2 atanh cbrt ceil ceiling cos cosh cot degrees divide even
exp factorial fdiv floor fmod gamma gcd greatest greatest_common_divisor isfinite isinf isnan lcm
least least_common_multiple lgamma ln log log10 log2 mod multiply nextafter pi pow power radians
random round round_even roundbankers sign signbit sin sinh sqrt subtract tan tanh trunc xor
bit_count
"""
_TEXT = """
ascii bit_length char_length character_length chr concat concat_ws contains ends_with
format_bytes formatreadablesize formatreadabledecimalsize from_base64 base64 to_base64 from_hex
hamming hex unhex instr jaccard jaro_similarity jaro_winkler_similarity lcase left left_grapheme
len length length_grapheme like_escape not_like_escape ilike_escape not_ilike_escape lower ltrim
md5 mismatches nfc_normalize octet_length ord overlay parse_dirname parse_dirpath parse_filename
parse_path position prefix regexp_escape replace reverse right right_grapheme rtrim sha1 sha256
split split_part starts_with str_split strip_accents strlen strpos string_split string_to_array
substr substring substring_grapheme suffix translate trim ucase unicode upper url_decode
url_encode hash
"""
_DATES = """
age ago century current_date current_localtime current_localtimestamp current_timestamp date_add
date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname
dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era
get_current_time get_current_timestamp hour isodow isoyear julian last_day make_date make_time
make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz microsecond millennium
millisecond minute month monthname nanosecond normalized_interval now quarter second strftime
strptime time_bucket timezone timezone_hour timezone_minute to_centuries to_days to_decades
to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds
to_timestamp to_weeks to_years today transaction_timestamp try_strptime week weekday weekofyear
year yearweek
"""
_AGGREGATES = """
any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null
arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax argmin array_agg avg bit_and
bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop covar_samp
entropy favg first fsum geomean geometric_mean group_concat grouping grouping_id histogram
histogram_exact kahan_sum kurtosis kurtosis_pop last list listagg mad max max_by mean median min
min_by mode percentile_cont percentile_disc product quantile quantile_cont quantile_disc
regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum sum_no_overflow
sumkahan var_pop var_samp variance wavg weighted_avg
"""
_WINDOWS = """
cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank
rank_dense row_number
"""
_LISTS = """
aggregate apply array_aggr array_aggregate array_append array_apply array_cat array_concat
array_contains array_cosine_distance array_cosine_similarity array_distance array_distinct
array_dot_product array_extract array_filter array_has array_has_all array_has_any array_indexof
array_inner_product array_intersect array_length array_position array_prepend array_reduce
array_reverse array_reverse_sort array_select array_slice array_sort array_to_string
array_transform array_unique array_value array_where array_zip cardinality element_at filter
flatten grade_up list_aggr list_aggregate list_any_value list_append list_apply
list_approx_count_distinct list_avg list_bool_and list_bool_or list_cat list_concat list_contains
list_cosine_distance list_cosine_similarity list_count list_distance list_distinct
list_dot_product list_element list_entropy list_extract list_filter list_first list_grade_up
list_has list_has_all list_has_any list_histogram list_indexof list_inner_product list_intersect
list_kurtosis list_last list_mad list_max list_median list_min list_mode list_pack list_position
list_prepend list_product list_reduce list_reverse list_reverse_sort list_select list_sem
list_skewness list_slice list_sort list_stddev_pop list_stddev_samp list_string_agg list_sum
list_transform list_unique list_value list_var_pop list_var_samp list_where list_zip reduce
unnest unpivot_list
"""
_NESTED = """
map map_concat map_contains map_contains_entry map_contains_value map_entries map_extract
map_extract_value map_from_entries map_keys map_values row struct_concat struct_contains
struct_extract struct_extract_at struct_has struct_indexof struct_insert struct_keys struct_pack
struct_position struct_update struct_values union_extract union_tag union_value
"""
_JSON = """
from_json json json_array json_array_length json_contains json_exists json_extract
json_extract_path json_extract_path_text json_extract_string json_group_array json_group_object
json_group_structure json_keys json_merge_patch json_object json_pretty json_quote json_structure
json_transform json_transform_strict json_type json_valid json_value row_to_json to_json
array_to_json
"""
_OTHERS = """
alias coalesce constant_or_null enum_code enum_first enum_last enum_range equi_width_bins
if ifnull is_histogram_other_bin nullif typeof uuid gen_random_uuid can_cast_implicitly
__between __cast !__postfix
"""

FUNCTIONS = frozenset(
    " ".join(
        (_NUMBERS, _TEXT, _DATES, _AGGREGATES, _WINDOWS, _LISTS, _NESTED, _JSON, _OTHERS)
    ).split()
)

PATTERN_FUNCTIONS = frozenset(
    {
        "regexp_matches",
        "regexp_full_match",
        "regexp_extract",
        "regexp_extract_all",
        "regexp_replace",
        "regexp_split_to_array",
        "str_split_regex",
        "string_split_regex",
        "~",
        "!~",
        "~*",
        "!~*",
    }
)
"""Their second argument is a regular expression, which must be a short literal."""

PADDING_FUNCTIONS = frozenset({"lpad", "rpad"})
"""Their second argument is a length, which must be a small literal."""

FORMAT_FUNCTIONS = frozenset({"format", "printf"})
"""Their first argument is a format, which must be a literal without wide fields."""

INSTEAD = {
    "query": "Write the query itself",
    "query_table": "Name the table itself",
    "repeat": "Ask for the plain value",
    "range": "Use it in FROM: `FROM range(1, 10)`",
    "generate_series": "Use it in FROM: `FROM generate_series(1, 10)`",
    "levenshtein": "Use jaro_winkler_similarity",
    "damerau_levenshtein": "Use jaro_winkler_similarity",
    "editdist3": "Use jaro_winkler_similarity",
    "read_csv": "Query one of the tables",
    "read_csv_auto": "Query one of the tables",
    "read_parquet": "Query one of the tables",
    "read_json": "Query one of the tables",
    "duckdb_tables": "The tables are listed in the tool's description",
    "duckdb_columns": "Use DESCRIBE on a table",
}
"""What to do in place of a refused function."""
