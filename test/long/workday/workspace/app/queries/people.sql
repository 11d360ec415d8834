select name, born from people
