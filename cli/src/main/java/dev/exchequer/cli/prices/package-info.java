/** From public catalogues of model prices to PriceSheets. Amounts are decimals from the text of the file to that of the sheet: nothing is ever a double. */
@NullMarked
package dev.exchequer.cli.prices;

import org.jspecify.annotations.NullMarked;
