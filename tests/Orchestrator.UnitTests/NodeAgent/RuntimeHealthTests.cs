using Orchestrator.Agent.Runtimes;

namespace Orchestrator.UnitTests.NodeAgent;

public sealed class RuntimeHealthTests
{
    private static readonly RuntimeHealth Working = new(true, "Works", "it was tried", "1", ["vm"], ["logs"]);

    [Fact]
    public void Health_with_equal_lists_looks_the_same() =>
        Assert.True(Working.LooksLike(Working with { Handlers = ["vm"], Capabilities = ["logs"] }));

    [Fact]
    public void Every_member_counts()
    {
        RuntimeHealth[] others =
        [
            Working with { Ready = false },
            Working with { Reason = "Other" },
            Working with { Message = "other" },
            Working with { Version = "2" },
            Working with { Handlers = [] },
            Working with { Handlers = ["vm", "qemu"] },
            Working with { Capabilities = ["pause"] },
        ];
        Assert.All(others, other => Assert.False(Working.LooksLike(other)));
    }
}
