using System.Text.Json.Nodes;
using CsCheck;
using Orchestrator.Model.Cel;
using Orchestrator.Model.Cel.Syntax;
using Orchestrator.Model.Cel.Types;
using Orchestrator.Model.Cel.Values;

namespace Orchestrator.UnitTests.Kinds.Cel;

/// <summary>No expression runs for long, takes much memory, or exhausts the stack, whatever it says.</summary>
public sealed class CelLimitTests
{
    private static readonly string[] Pieces =
    [
        "self", ".l", ".b", ".all(x, ", ".map(y, ", ")", "(", "[", "]", "{", "}", "1", "'a'", "+", "&&", "||", "==", "?", ":", ",", "x", "y", "-", "!",
        "has(", ".size()", "in", "optional.of(", ".?q", "[?0]", "9223372036854775808", "'%s'.format([", "b'", "r\"", "\\", "\n", "é", "0x", "1e9", ".",
    ];

    [Theory]
    [InlineData("self.l.all(a, self.l.all(b, self.l.all(c, a < 1000)))")]
    [InlineData("self.l.map(a, self.l.map(b, self.l)) .size() > 0")]
    [InlineData("self.l.map(a, self.l + self.l + self.l).size() > 0 && self.l.map(a, self.l.map(b, a)).map(c, c + c).size() > 0")]
    [InlineData("self.l.exists(a, self.big.matches('(x+x+)+y'))")]
    [InlineData("self.l.all(a, self.big.contains('xxxxxxxxxxxxxxxxxxxxy') == false)")]
    [InlineData("self.l.all(a, self.big .replace('x', self.big) != '')")]
    [InlineData("self.l.all(a, self.big.split('').join('') != '')")]
    [InlineData("self.l.exists(a, self.l == self.l + [a])|| self.l.all(a, self.l == self.l)")]
    [InlineData("self.l.all(a, [self.l, self.l, self.l, self.l].all(b, sets.equivalent(b, b)))")]
    [InlineData("cel.bind(a, self.big + self.big, cel.bind(b, a + a, cel.bind(c, b + b, cel.bind(d, c + c, cel.bind(e, d + d, self.l.all(x, e + e != ''))))))")]
    [InlineData("self.l.all(a, '%s'.format([self.l]) != '')")]
    [InlineData("(self.l.all(a, self.l.all(b, self.l.all(c, a < 1000)))) || true")]
    [InlineData("optional.of(self.l.all(a, self.l.all(b, self.l.all(c, a < 1000)))).orValue(true)")]
    public void What_costs_too_much_is_given_up(string expression)
    {
        CelProgram program = CelProgram.TryCompile(expression, [("self", CelType.Dyn)], CelKind.Bool, out string fault)!;
        Assert.Equal("", fault);
        var self = new JsonObject { ["l"] = new JsonArray([.. Enumerable.Range(0, 2000).Select(i => (JsonNode?)i)]), ["big"] = new string('x', 20_000) };
        var budget = new CelBudget();

        object? result = program.Evaluate([("self", JsonValues.Of(self, shape: null))], budget);

        Assert.Same(CelEvaluation.TooExpensive, result);
        Assert.True(budget.IsExhausted);
    }

    [Fact]
    public void All_expressions_about_one_object_share_a_budget()
    {
        CelProgram program = CelProgram.TryCompile("self.all(a, self.all(b, a >= 0))", [("self", CelType.Dyn)], CelKind.Bool, out _)!;
        object? self = JsonValues.Of(new JsonArray([.. Enumerable.Range(0, 300).Select(i => (JsonNode?)i)]), shape: null);
        var budget = new CelBudget();
        int held = 0;
        while (!budget.IsTotalExhausted && held < 1000)
        {
            held += program.Evaluate([("self", self)], budget) is true ? 1 : 0;
        }

        Assert.InRange(held, 5, 100);
    }

    [Theory]
    [InlineData("(", 100_000)]
    [InlineData("[", 100_000)]
    [InlineData("-", 100_000)]
    [InlineData("!", 100_000)]
    [InlineData("1 + ", 20_000)]
    [InlineData("a.", 40_000)]
    [InlineData("true ? 1 : ", 9_000)]
    [InlineData("a[0]", 20_000)]
    [InlineData("{1: ", 20_000)]
    [InlineData("x.map(x, ", 10_000)]
    public void Nesting_is_bounded(string piece, int times)
    {
        string text = string.Concat(Enumerable.Repeat(piece, times));

        Assert.Null(CelParser.Parse(text[..Math.Min(text.Length, CelParser.MaxLength)], out (int, string Message)? fault));
        Assert.NotNull(fault);
        Assert.Null(CelParser.Parse(text + new string(' ', CelParser.MaxLength), out fault));
        Assert.Contains("exceeds limit", fault!.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_chains_of_and_are_not_deep() =>
        Assert.NotNull(CelParser.Parse(string.Join(" && ", Enumerable.Repeat("a == 1", 5000)), out _));

    /// <summary>Whatever is put together is compiled or refused, and evaluated to a value or an error.</summary>
    [Fact]
    public void Nothing_makes_it_throw()
    {
        object? self = JsonValues.Of(JsonNode.Parse("""{"l": [1, 2], "b": "text", "m": {"k": null}}"""), shape: null);
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[1, 14].Sample(
            pieces =>
            {
                if (CelProgram.TryCompile(string.Concat(pieces), [("self", CelType.Dyn)], CelKind.Dyn, out string fault) is { } program)
                {
                    program.Evaluate([("self", self)], new CelBudget());
                }
                else
                {
                    Assert.NotEqual("", fault);
                }
            },
            iter: 20_000);
    }
}
