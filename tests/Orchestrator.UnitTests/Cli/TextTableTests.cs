using System.Text.Json.Nodes;
using Orchestrator.Cli.Output;

namespace Orchestrator.UnitTests.Cli;

public sealed class TextTableTests
{
    private const string Table = """
        {"columnDefinitions":[{"name":"Name","priority":0},{"name":"Ready","priority":0},{"name":"Node","priority":1}],
         "rows":[{"cells":["long-name","1/1","n1"],"object":{"metadata":{"namespace":"default"}}},{"cells":["x",null,"n2"],"object":{"metadata":{"namespace":"kube-system"}}}]}
        """;

    [Fact]
    public void Pads_columns_and_hides_wide_ones() =>
        Assert.Equal("NAME        READY\nlong-name   1/1\nx           <none>\n", Written(wide: false, withNamespace: false));

    [Fact]
    public void Shows_wide_columns_and_namespaces_when_asked() =>
        Assert.Equal(
            "NAMESPACE     NAME        READY    NODE\ndefault       long-name   1/1      n1\nkube-system   x           <none>   n2\n",
            Written(wide: true, withNamespace: true));

    private static string Written(bool wide, bool withNamespace)
    {
        using var output = new StringWriter { NewLine = "\n" };
        new TextTable(output, wide, withNamespace).Write(JsonNode.Parse(Table)!.AsObject(), withHeadings: true);
        return output.ToString();
    }
}
