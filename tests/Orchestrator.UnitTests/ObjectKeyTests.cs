using Orchestrator.Model;

namespace Orchestrator.UnitTests;

public sealed class ObjectKeyTests
{
    [Fact]
    public void Names_the_namespace_only_where_there_is_one()
    {
        Assert.Equal("pods/default/web", new ObjectKey("pods", "default", "web").ToString());
        Assert.Equal("nodes/n1", new ObjectKey("nodes", "", "n1").ToString());
    }
}
