using UserAdmin.Core.Common;

namespace UserAdmin.Tests.Users;

public class TextTests
{
    [Theory]
    [InlineData(" a  b\tc ", "a b c"), InlineData("", ""), InlineData(null, ""), InlineData("e\u0301", "é"), InlineData("a\u00a0b", "a b")]
    public void Squeezing_leaves_single_spaces_and_composed_letters(string? text, string expected) => Assert.Equal(expected, Text.Squeeze(text));

    [Theory]
    [InlineData("José", "JOSE"), InlineData("jose", "JOSE"), InlineData("ｊｏｓｅ", "JOSE"), InlineData("Żółć", "ZOŁC"), InlineData("ﬁne", "FINE"), InlineData("李", "李")]
    public void Folding_makes_alike_what_people_take_for_alike(string text, string expected) => Assert.Equal(expected, Text.Fold(text));

    [Theory]
    [InlineData("plain", false), InlineData("👩‍👩‍👧", false), InlineData("a\u200cb", false), InlineData("a\0", true), InlineData("a\u007f", true), InlineData("a\u0085", true), InlineData("\u202Ea", true), InlineData("a\u2069", true), InlineData("a\u2028b", true)]
    public void Hidden_characters_are_seen(string text, bool expected) => Assert.Equal(expected, Text.HasHiddenCharacters(text));

    [Fact]
    public void Halves_of_characters_are_seen_and_never_made()
    {
        Assert.True(Text.HasHiddenCharacters("a\ud83d"));
        Assert.True(Text.HasHiddenCharacters("\ude00a"));
        Assert.True(Text.HasHiddenCharacters("\ude00\ud83d"));
        Assert.Equal("aa", Text.Shorten("aa😀", 3));
        Assert.Equal("aa😀", Text.Shorten("aa😀b", 4));
        Assert.Equal("ab", Text.Visible("a\0\ud83db"));
    }
}
