using Orchestrator.Model.Cel;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Schemas;

namespace Orchestrator.Model.CustomResources;

/// <summary>One rule of <c>x-kubernetes-validations</c> with its expressions compiled.</summary>
/// <param name="Rule">As its author wrote it.</param>
/// <param name="Expression">Gives whether the rule holds.</param>
/// <param name="Message">Gives what is wrong where it does not; null for none.</param>
internal sealed record CompiledRule(SchemaRule Rule, CelProgram Expression, CelProgram? Message)
{
    /// <summary>True for a rule about changes, which holds where there is no old value.</summary>
    public bool IsAboutChanges => Expression.Reads("oldSelf") && !Rule.OptionalOldSelf;

    /// <summary>The compiled rule; null with the faults of its expressions.</summary>
    public static CompiledRule? TryCompile(SchemaRule rule, CelShape shape, out string fault, out string messageFault)
    {
        CelType old = rule.OptionalOldSelf ? CelType.OptionalOf(shape.Type) : shape.Type;
        (string, CelType)[] variables = [("self", shape.Type), ("oldSelf", old)];
        CelProgram? expression = CelProgram.TryCompile(rule.Expression, variables, CelKind.Bool, out fault);
        messageFault = "";
        CelProgram? message = rule.MessageExpression.Length > 0 ? CelProgram.TryCompile(rule.MessageExpression, variables, CelKind.String, out messageFault) : null;
        return expression is null || messageFault.Length > 0 ? null : new CompiledRule(rule, expression, message);
    }
}
