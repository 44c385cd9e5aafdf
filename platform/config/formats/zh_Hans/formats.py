"""Simplified Chinese: 1,530 and 3月5日, where Django has 1530 and 03月5日."""

MONTH_DAY_FORMAT = "n月j日"
NUMBER_GROUPING = 3
THOUSAND_SEPARATOR = ","
