using System.Text;
using Orchestrator.Model.VirtualMachines;
using Orchestrator.UnitTests.Architecture;

namespace Orchestrator.UnitTests.VirtualMachines;

/// <summary>The page for users of KubeVirt says of every field what the validation does.</summary>
public sealed class SupportPageTests
{
    private const string Page = "docs/virtual-machines.md";
    private const string Begin = "<!-- fields -->\n";
    private const string End = "<!-- end of fields -->";

    [Fact]
    public void Its_tables_are_what_the_code_says()
    {
        string page = Repository.ReadText(Page);
        int from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int to = page.IndexOf(End, StringComparison.Ordinal);
        string expected = Tables();
        // Set the variable to write the tables anew.
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, Page), page[..from] + expected + page[to..]);
            page = Repository.ReadText(Page);
            to = page.IndexOf(End, StringComparison.Ordinal);
        }

        Assert.Equal(expected, page[from..to]);
    }

    private static string Tables()
    {
        var text = new StringBuilder();
        foreach ((string name, Type type) in Types("VirtualMachine.spec", typeof(V1VirtualMachineSpec), []))
        {
            text.Append("\n### ").Append(name).Append("\n\n| field | |\n|---|---|\n");
            foreach (DeclaredField field in DeclaredSupport.Of(type))
            {
                string said = field.Unsupported is { } no ? $"no: {no}" : field.NoEffect is { } warned ? $"warned: {warned}" : "yes";
                text.Append("| `").Append(field.Name).Append("` | ").Append(said.Replace("no: is not supported: ", "no: ", StringComparison.Ordinal).Replace("no: is not supported", "no", StringComparison.Ordinal)).Append(" |\n");
            }
        }

        return text.Append('\n').ToString();
    }

    private static IEnumerable<(string Name, Type Type)> Types(string name, Type type, HashSet<Type> seen)
    {
        if (!seen.Add(type) || DeclaredSupport.Of(type).Count == 0)
        {
            yield break;
        }

        yield return (name, type);
        foreach (DeclaredField field in DeclaredSupport.Of(type).Where(f => f is { Nested: not null, Unsupported: null }))
        {
            string next = field.Name == "template" ? "VirtualMachineInstance" : $"{name[(name.LastIndexOf('.') + 1)..]}.{field.Name}";
            foreach (var nested in Types(next, field.Nested!, seen))
            {
                yield return nested;
            }
        }
    }
}
