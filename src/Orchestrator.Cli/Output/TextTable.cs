using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Output;

/// <summary>Prints server-side tables (<c>meta.k8s.io/v1 Table</c>) as kubectl does: padded columns, no lines, fit for grep and awk.</summary>
internal sealed class TextTable(TextWriter output, bool wide, bool withNamespace)
{
    private const int Gap = 3;
    private int[] _widths = [];
    private int[] _shown = [];

    /// <summary>Prints the rows; the headings too if <paramref name="withHeadings"/>. A later call keeps the widths of an earlier one, so that watched rows line up.</summary>
    public void Write(JsonObject table, bool withHeadings)
    {
        var rows = new List<string[]>();
        if (table["columnDefinitions"] is JsonArray { Count: > 0 } columns)
        {
            _shown = [.. columns.Select((column, index) => (column, index)).Where(c => wide || (int?)c.column!["priority"] is null or 0).Select(c => c.index)];
            if (withHeadings)
            {
                rows.Add(Row(_shown.Select(index => columns[index]!["name"]!.GetValue<string>().ToUpperInvariant()), "NAMESPACE"));
            }
        }

        rows.AddRange((table["rows"] as JsonArray ?? []).OfType<JsonObject>().Select(row =>
            Row(_shown.Select(index => Text(row["cells"]![index])), (string?)row["object"]?["metadata"]?["namespace"] ?? "")));
        Print(rows);
    }

    private string[] Row(IEnumerable<string> cells, string ns) => withNamespace ? [ns, .. cells] : [.. cells];

    private void Print(List<string[]> rows)
    {
        foreach (var row in rows)
        {
            Array.Resize(ref _widths, Math.Max(_widths.Length, row.Length));
            for (var i = 0; i < row.Length; i++)
            {
                _widths[i] = Math.Max(_widths[i], row[i].Length);
            }
        }

        foreach (var row in rows)
        {
            output.WriteLine(string.Concat(row.Select((cell, i) => i == row.Length - 1 ? cell : cell.PadRight(_widths[i] + Gap))));
        }
    }

    private static string Text(JsonNode? cell) => cell is null ? "<none>" : cell.ToString();
}
