namespace Orchestrator.NodeTests.Lab;

/// <summary>Tests that share one lab: bringing one up takes as long as many of them.</summary>
[CollectionDefinition(Name)]
public sealed class LabCollection : ICollectionFixture<LabFixture>
{
    public const string Name = "lab";
}
