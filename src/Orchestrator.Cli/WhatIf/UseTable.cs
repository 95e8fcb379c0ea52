using System.Globalization;
using Orchestrator.Model.Quantities;
using Orchestrator.Scheduling.Simulation;
using Spectre.Console;

namespace Orchestrator.Cli.WhatIf;

/// <summary>Use of the cluster before and after, and how amounts are written in tables of simulations.</summary>
internal static class UseTable
{
    private const int BarCells = 20;

    public static void Write(IAnsiConsole console, IReadOnlyList<UseChange> resources, string before = "Before", string after = "After")
    {
        if (resources.Count == 0)
        {
            return;
        }

        console.MarkupLineInterpolated($"[bold]Requested of what nodes offer[/]");
        var table = Plain("Resource", before, after, "");
        foreach (var use in resources)
        {
            table.AddRow(new Text(use.Resource), new Text(Describe(use.Resource, use.Before)), new Text(Describe(use.Resource, use.After)), new Text(Bar(use.After?.Fraction ?? 0)));
        }

        console.Write(table);
        console.WriteLine();
    }

    public static Table Plain(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        return table;
    }

    public static string Percent(double? fraction) => fraction is null ? "-" : (fraction.Value * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A quantity as people read it: <c>111.8Gi</c> of memory for <c>114464Mi</c>, <c>24.55</c> CPUs for <c>24550m</c>.</summary>
    public static string Amount(string resource, string quantity)
    {
        if (!Quantity.TryParse(quantity, out var amount))
        {
            return quantity;
        }

        if (resource is not ("memory" or "ephemeral-storage") && !resource.StartsWith("hugepages-", StringComparison.Ordinal))
        {
            return quantity.EndsWith('m') && amount.MilliValue >= 1_000 ? Rounded(amount.MilliValue / 1_000d) : quantity;
        }

        string[] units = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
        var value = (double)amount.Value;
        var unit = 0;
        for (; value >= 1_024 && unit < units.Length - 1; unit++)
        {
            value /= 1_024;
        }

        return Rounded(value) + units[unit];
    }

    /// <summary>What is requested, of what, and how much that is.</summary>
    public static string Describe(string resource, ResourceUse? use) =>
        use is null ? "-" : $"{Amount(resource, use.Requested)} of {Amount(resource, use.Allocatable)} ({Percent(use.Fraction)})";

    public static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Plural(int count, string noun) => count == 1 ? $"1 {noun}" : $"{Number(count)} {noun}s";

    private static string Rounded(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Bar(double fraction)
    {
        var full = (int)Math.Round(Math.Clamp(fraction, 0, 1) * BarCells);
        return new string('#', full) + new string('.', BarCells - full);
    }
}
