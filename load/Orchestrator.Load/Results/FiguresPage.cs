namespace Orchestrator.Load.Results;

/// <summary>The page of figures: Markdown in which <c>&lt;!-- figures: NAME --&gt;</c> and <c>&lt;!-- end --&gt;</c> say where each table goes.</summary>
internal static class FiguresPage
{
    /// <summary>Puts a table in its place; without a page nothing is written.</summary>
    public static void Write(FileInfo? page, string name, IEnumerable<string> table)
    {
        if (page is null)
        {
            return;
        }

        var lines = File.ReadAllLines(page.FullName).ToList();
        var start = lines.IndexOf($"<!-- figures: {name} -->");
        var end = start < 0 ? -1 : lines.IndexOf("<!-- end -->", start);
        if (end < 0)
        {
            throw new InvalidOperationException($"{page} has no place for the figures of '{name}': it is marked <!-- figures: {name} --> and <!-- end -->");
        }

        lines.RemoveRange(start + 1, end - start - 1);
        lines.InsertRange(start + 1, ["", .. table, ""]);
        File.WriteAllLines(page.FullName, lines);
    }
}
