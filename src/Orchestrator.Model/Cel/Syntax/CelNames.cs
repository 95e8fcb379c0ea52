namespace Orchestrator.Model.Cel.Syntax;

/// <summary>The names of variables that occur in an expression.</summary>
internal static class CelNames
{
    public static IEnumerable<string> Of(CelNode node) => node is CelVariable variable ? [variable.Name] : ChildrenOf(node).SelectMany(Of);

    private static IEnumerable<CelNode> ChildrenOf(CelNode node) => node switch
    {
        CelSelect select => [select.Operand],
        CelHas has => [has.Operand],
        CelIndex index => [index.Operand, index.Key],
        CelCall call => call.Arguments,
        CelJunction junction => junction.Terms,
        CelConditional conditional => [conditional.Test, conditional.Yes, conditional.No],
        CelListNode list => list.Items.Select(i => i.Item),
        CelMapNode map => map.Entries.SelectMany(e => new[] { e.Key, e.Value }),
        CelComprehension loop => loop.Condition is null ? [loop.Range, loop.Step] : [loop.Range, loop.Condition, loop.Step],
        CelBind bind => [bind.Value, bind.Body],
        CelOptionalMap map => [map.Operand, map.Step],
        _ => [],
    };
}
