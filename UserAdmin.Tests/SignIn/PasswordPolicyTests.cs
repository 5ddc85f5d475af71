using UserAdmin.Core.SignIn;
using UserAdmin.Core.Users;

namespace UserAdmin.Tests.SignIn;

public class PasswordPolicyTests
{
    [Theory]
    [InlineData("correct horse battery staple", null)]
    [InlineData("exactly 15 char", null)]
    [InlineData("only 14 chars!", "password.too_short")]
    [InlineData("🐢🐇🐕🐈🐓🐢🐇🐕🐈🐓🐢🐇🐕🐈🐓", null)]
    [InlineData("aaaaaaaaaaaaaaaaaaaa", "password.repetitive")]
    [InlineData("carolcooper12345", "password.context")]
    [InlineData("carol@example.org1", "password.context")]
    [InlineData("UserAdmin 2026 !!", "password.context")]
    [InlineData("tab\tseparated words here", "password.unusable")]
    public void A02_A04_Length_is_the_only_rule_beside_the_words_of_the_account(string password, string? problem)
    {
        var carol = new User { UserName = "carol", Email = "carol@example.org" };
        carol.Rename("Carol", "Cooper");

        Assert.Equal(problem, PasswordPolicy.Refuse(password, carol, 15)?.Code);
    }

    [Fact]
    public void A03_A_password_has_128_code_points_at_most()
    {
        var words = string.Concat(Enumerable.Range(0, 32).Select(i => (char)('a' + i % 20) + "🐢xy"));

        Assert.Null(PasswordPolicy.Refuse(words, new(), 15));
        Assert.Equal("password.too_long", PasswordPolicy.Refuse(words + "!", new(), 15)?.Code);
    }

    [Fact]
    public void A04_Each_of_the_first_ten_thousand_common_passwords_is_refused_doubled_or_padded_with_digits()
    {
        var listed = CommonPasswords.InOrder.Take(10_000).ToList();
        var random = new Random(4);
        var candidates = listed.SelectMany(entry => new[]
        {
            string.Concat(Enumerable.Repeat(entry, 1 + 15 / entry.Length)),
            entry + "123456789012345"[..Math.Max(1, 15 - entry.Length)],
            entry.Any(char.IsLetter) ? entry.ToLowerInvariant() + string.Concat(Enumerable.Range(0, 15).Select(_ => random.Next(10))) : entry + "000000000000000",
        });

        Assert.Equal(10_000, listed.Count);
        Assert.All(candidates, candidate => Assert.NotNull(PasswordPolicy.Refuse(candidate, new(), 15)));
    }

    [Theory]
    [InlineData("qwertyuiopasdfgh", "password.common")]
    [InlineData("P@ssw0rdP@ssw0rd", "password.common")]
    [InlineData("1qaz2wsx3edc4rfv", "password.common")]
    [InlineData("abcdabcdabcdabcde", "password.common")]
    [InlineData("monkey monkey monkey", "password.common")]
    [InlineData("Acme Corp 2026!!!", "password.context")]
    [InlineData("acmecorpacmecorp", "password.context")]
    [InlineData("Cooper.Carol.1985", "password.context")]
    [InlineData("example.org/carol", "password.context")]
    [InlineData("blue guitar river moss", null)]
    [InlineData("Mein Fahrrad ist blau", null)]
    [InlineData("8301947562930184", null)]
    [InlineData("a83!9201#47_2910", null)]
    [InlineData("🐢🐇🐕🐈🐓🐎🐖🐏🐐🦆🐝🐞🦋🐌🦀", null)]
    public void A04_Runs_repeats_and_own_words_are_refused_and_unusual_ones_are_not(string password, string? problem)
    {
        var carol = new User { UserName = "carol", Email = "carol@example.org" };
        carol.Rename("Carol", "Cooper");

        Assert.Equal(problem, PasswordPolicy.Refuse(password, carol, 15, "Acme, Acme Corp")?.Code);
    }

    [Fact]
    public void A03_The_longest_password_is_judged_quickly_and_a_megabyte_not_at_all()
    {
        var longest = string.Concat(Enumerable.Range(0, 128).Select(i => (char)(33 + i * 37 % 90)));
        var megabyte = new string('x', 1_000_000);
        PasswordPolicy.Refuse(longest, new(), 15);

        Assert.True(Best(() => PasswordPolicy.Refuse(longest, new(), 15)) < 20);
        Assert.True(Best(() => PasswordPolicy.Refuse(new string('a', 120) + "bcdefghi", new(), 15)) < 20);
        Assert.True(Best(() => PasswordPolicy.Refuse(megabyte, new(), 15)) < 5);
        Assert.Equal("password.unusable", PasswordPolicy.Refuse(megabyte, new(), 15)?.Code);
    }

    // The best of several, because a busy machine only ever makes it slower.
    private static double Best(Action work) => Enumerable.Range(0, 10).Min(_ =>
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        work();
        return System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    });
}
