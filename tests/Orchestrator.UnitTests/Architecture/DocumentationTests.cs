using System.Text.RegularExpressions;

namespace Orchestrator.UnitTests.Architecture;

/// <summary>What the documents point at exists.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Documents => [.. Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_to_files(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        var broken = Link().Matches(Repository.ReadText(document))
            .Select(match => match.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, target)));
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_stage_of_a_manifests_way_names_files_that_exist()
    {
        var rows = Repository.ReadText("docs/architecture.md").Split('\n').Where(line => StageRow().IsMatch(line)).ToList();
        Assert.Equal(Enumerable.Range(1, 11), rows.Select(row => int.Parse(StageRow().Match(row).Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(rows, row =>
        {
            var files = Link().Matches(row.Split('|')[^2]).Select(match => match.Groups["target"].Value).ToList();
            Assert.NotEmpty(files);
            Assert.All(files, file => Assert.True(File.Exists(Path.Combine(Repository.Root, "docs", file)), $"{file} does not exist"));
        });
    }

    [Fact]
    public void Every_decision_record_is_in_the_index()
    {
        var index = Repository.ReadText("docs/adr/README.md");
        var records = Repository.Files.Where(file => Record().IsMatch(file)).Select(file => Path.GetFileName(file)!);
        Assert.All(records, record => Assert.Contains(record, index, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\|\s*(?<number>\d+)\s*\|")]
    private static partial Regex StageRow();

    [GeneratedRegex(@"^docs/adr/\d{4}-.*\.md$")]
    private static partial Regex Record();
}
