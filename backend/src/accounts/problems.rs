//! Problems of accounts.

crate::problems! {
    WRONG_PASSWORD = 422 "wrong_password" {
        ja: "現在のパスワードが違います", "パスワードは変更されていません。現在のパスワードをもう一度ご入力ください。";
        en: "The current password is wrong", "The password was not changed. Please enter your current password again.";
    }
    SAME_PASSWORD = 422 "same_password" {
        ja: "いまと同じパスワードです", "パスワードは変更されていません。別のパスワードをご入力ください。";
        en: "That is the password you have", "The password was not changed. Please choose another one.";
    }
}
