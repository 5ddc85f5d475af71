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

        Assert.Equal(problem, PasswordPolicy.Refuse(password, carol, new())?.Code);
    }

    [Fact]
    public void A03_A_password_has_128_code_points_at_most()
    {
        var words = string.Concat(Enumerable.Range(0, 32).Select(i => (char)('a' + i % 20) + "🐢xy"));

        Assert.Null(PasswordPolicy.Refuse(words, new(), new()));
        Assert.Equal("password.too_long", PasswordPolicy.Refuse(words + "!", new(), new())?.Code);
    }
}
